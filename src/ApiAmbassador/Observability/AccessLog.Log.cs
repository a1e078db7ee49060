namespace ApiAmbassador.Observability;

internal sealed partial class AccessLog
{
    [LoggerMessage(4002, LogLevel.Warning, "The access log is faster than standard output: {Dropped} lines were dropped so far")]
    private static partial void LogDropped(ILogger logger, long dropped);
}
