namespace ApiAmbassador.Configuration;

internal sealed partial class ConfigReloader
{
    [LoggerMessage(1001, LogLevel.Information, "Configuration {Revision} in force: {Routes} routes, {Clusters} clusters, {Destinations} destinations")]
    private static partial void LogApplied(ILogger logger, long revision, int routes, int clusters, int destinations);

    [LoggerMessage(1002, LogLevel.Warning, "Passthrough is on: no retries, no circuit breakers, no limits")]
    private static partial void LogPassthrough(ILogger logger);
}
