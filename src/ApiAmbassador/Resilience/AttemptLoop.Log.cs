using ApiAmbassador.Observability;

namespace ApiAmbassador.Resilience;

internal sealed partial class AttemptLoop
{
    [LoggerMessage(6101, LogLevel.Information, "{Method} {Path} is tried again after attempt {Attempt} at {Cluster}/{Destination}: {Cause} ({Phase}); in {PauseMs:0} ms")]
    private static partial void LogRetried(
        ILogger logger, string method, string path, int attempt, string cluster, string destination, string cause, Phase phase, double pauseMs);
}
