namespace ApiAmbassador.Health;

internal sealed partial class ThresholdHealthPolicy
{
    [LoggerMessage(2001, LogLevel.Warning, "Destination {Cluster}/{Destination} is unhealthy after {Run} failed probes in a row ({Cause})")]
    private static partial void LogUnhealthy(ILogger logger, string cluster, string destination, int run, string cause);

    [LoggerMessage(2002, LogLevel.Information, "Destination {Cluster}/{Destination} is healthy again after {Run} good probes in a row")]
    private static partial void LogHealthy(ILogger logger, string cluster, string destination, int run);
}
