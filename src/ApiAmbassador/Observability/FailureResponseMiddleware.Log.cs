namespace ApiAmbassador.Observability;

internal sealed partial class FailureResponseMiddleware
{
    [LoggerMessage(4001, LogLevel.Warning, "{Method} {Path} failed: {Reason} (route {Route}, destination {Cluster}/{Destination}, attempt {Attempt}, {Phase}): {Cause}")]
    private static partial void LogFailed(
        ILogger logger, string method, string path, string reason, string route, string cluster, string destination, int attempt, Phase phase, string cause);
}
