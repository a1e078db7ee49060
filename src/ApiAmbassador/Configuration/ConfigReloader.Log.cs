namespace ApiAmbassador.Configuration;

internal sealed partial class ConfigReloader
{
    [LoggerMessage(1001, LogLevel.Information, "Configuration {Revision} in force: {Routes} routes, {Clusters} clusters, {Destinations} destinations")]
    private static partial void LogApplied(ILogger logger, long revision, int routes, int clusters, int destinations);

    [LoggerMessage(1002, LogLevel.Warning, "Passthrough is on: no retries, no circuit breakers, no limits")]
    private static partial void LogPassthrough(ILogger logger);

    [LoggerMessage(1003, LogLevel.Information, "Changed: {Line}")]
    private static partial void LogChanged(ILogger logger, string line);

    [LoggerMessage(1007, LogLevel.Information, "Found: {Line}")]
    private static partial void LogFound(ILogger logger, string line);

    [LoggerMessage(1004, LogLevel.Warning, "Changed, and takes effect only with a restart: {Settings}")]
    private static partial void LogNeedsRestart(ILogger logger, string settings);

    [LoggerMessage(1006, LogLevel.Information, "The change that was refused was taken back; revision {Revision} stays in force")]
    private static partial void LogTakenBack(ILogger logger, long revision);

    [LoggerMessage(1005, LogLevel.Error, "A changed configuration is refused with {Count} errors; revision {Revision} stays in force: {Errors}")]
    private static partial void LogRefused(ILogger logger, int count, long revision, string errors);
}
