namespace ApiAmbassador.Resilience;

internal sealed partial class ClusterResilience
{
    [LoggerMessage(6001, LogLevel.Warning, "Circuit of {Cluster}/{Destination} opened: {Cause}; one request is let through in {Seconds:0.0} s")]
    private static partial void LogOpened(ILogger logger, string cluster, string destination, string cause, double seconds);

    [LoggerMessage(6002, LogLevel.Warning, "Circuit of {Cluster}/{Destination} stays open: {Cause}; the next request is let through in {Seconds:0.0} s")]
    private static partial void LogReopened(ILogger logger, string cluster, string destination, string cause, double seconds);

    [LoggerMessage(6003, LogLevel.Information, "Circuit of {Cluster}/{Destination} closed")]
    private static partial void LogClosed(ILogger logger, string cluster, string destination);

    [LoggerMessage(6004, LogLevel.Warning, "{Cluster}/{Destination} is ejected for {Seconds:0.0} s: {Cause}")]
    private static partial void LogEjected(ILogger logger, string cluster, string destination, double seconds, string cause);

    [LoggerMessage(6005, LogLevel.Information, "{Cluster}/{Destination} is let in again {How}")]
    private static partial void LogReadmitted(ILogger logger, string cluster, string destination, string how);
}
