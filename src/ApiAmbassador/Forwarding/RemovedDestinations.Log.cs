namespace ApiAmbassador.Forwarding;

internal sealed partial class RemovedDestinations
{
    [LoggerMessage(5101, LogLevel.Information, "{Host}:{Port} has left cluster {Cluster}: {Connections} connections closed")]
    private static partial void LogClosed(ILogger logger, string cluster, string host, int port, int connections);
}
