namespace ApiAmbassador.Admin;

internal sealed partial class RefusedAttempts
{
    [LoggerMessage(7001, LogLevel.Warning, "{Text}")]
    private static partial void LogRefused(ILogger logger, string text);
}
