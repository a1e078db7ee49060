namespace ApiAmbassador.Hosting;

internal sealed partial class AmbassadorHost
{
    [LoggerMessage(3001, LogLevel.Information, "Listening on {Addresses}; probes and admin on {Admin}")]
    private static partial void LogListening(ILogger logger, string addresses, Uri admin);

    [LoggerMessage(3002, LogLevel.Information, "Draining: requests are taken for {Delay:c} more, each connection ends with its response")]
    private static partial void LogDraining(ILogger logger, TimeSpan delay);

    [LoggerMessage(3003, LogLevel.Information, "Stopping: no new connections, requests in flight have {Timeout:c}")]
    private static partial void LogStopping(ILogger logger, TimeSpan timeout);

    [LoggerMessage(3004, LogLevel.Information, "Stopped")]
    private static partial void LogStopped(ILogger logger);
}
