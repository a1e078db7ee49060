namespace ApiAmbassador.Admin;

internal sealed partial class OperatorEndpoints
{
    [LoggerMessage(7002, LogLevel.Information, "{Text}")]
    private static partial void LogShutdown(ILogger logger, string text);
}
