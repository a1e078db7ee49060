namespace ApiAmbassador.Balancing;

internal sealed partial class Panics
{
    [LoggerMessage(5001, LogLevel.Warning, "Only {Well} of {Hosts} destinations of cluster {Cluster} are well: health is ignored, all of them are asked")]
    private static partial void LogPanic(ILogger logger, string cluster, int well, int hosts);

    [LoggerMessage(5002, LogLevel.Information, "{Well} of {Hosts} destinations of cluster {Cluster} are well: health counts again")]
    private static partial void LogOver(ILogger logger, string cluster, int well, int hosts);
}
