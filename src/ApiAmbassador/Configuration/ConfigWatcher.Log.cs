namespace ApiAmbassador.Configuration;

internal sealed partial class ConfigWatcher
{
    [LoggerMessage(1010, LogLevel.Error, "Looking for changes of the configuration failed; it goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(1011, LogLevel.Debug, "No file events for {Directory} ({Reason}): changes there are found by looking every second")]
    private static partial void LogNoEvents(ILogger logger, string directory, string reason);
}
