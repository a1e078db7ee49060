namespace ApiAmbassador.Resilience;

internal sealed partial class ClusterResilience
{
    [LoggerMessage(6001, LogLevel.Warning, "Circuit of {Cluster}/{Destination} opened: {Cause}; one request is let through in {Seconds:0.0} s")]
    private static partial void LogOpened(ILogger logger, string cluster, string destination, string cause, double seconds);

    [LoggerMessage(6002, LogLevel.Warning, "Circuit of {Cluster}/{Destination} stays open: {Cause}; the next request is let through in {Seconds:0.0} s")]
    private static partial void LogReopened(ILogger logger, string cluster, string destination, string cause, double seconds);

    [LoggerMessage(6003, LogLevel.Information, "Circuit of {Cluster}/{Destination} closed")]
    private static partial void LogClosed(ILogger logger, string cluster, string destination);
}
