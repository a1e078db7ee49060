using ApiAmbassador.Configuration;
using Microsoft.Extensions.Logging.Console;

namespace ApiAmbassador.Hosting;

/// <summary>What both applications begin with: our configuration and no other, and the log.</summary>
internal static class AmbassadorApplication
{
    /// <summary>A builder that has read nothing by itself.</summary>
    public static WebApplicationBuilder CreateBuilder(Gathered gathered, ConfigSources sources)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "ApiAmbassador",
            EnvironmentName = sources.EnvironmentName,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddConfiguration(gathered.Configuration);
        AddLog(builder);
        builder.Services.AddRouting();

        // Signals are the command's: they mean different things to the two applications, and neither to the framework.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        // How long stopping may take is said by whoever calls it.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        return builder;
    }

    /// <summary>One line an entry. What YARP and the framework say of each request and each probe we say ourselves, with the reason.</summary>
    private static void AddLog(WebApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None); // It makes a span and a scope for each request: CallersTraces.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // Why a start failed is said by the command, in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // A probe's answer says it already.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Health", LogLevel.Critical);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));

        // Before AddConsole, which reads Logging:Console: what a file says there stands above these.
        builder.Services.Configure<SimpleConsoleFormatterOptions>(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            options.UseUtcTimestamp = true;
        });
        builder.Logging.AddConsole();
        builder.Services.PostConfigure<ConsoleLoggerOptions>(options =>
        {
            options.FormatterName ??= ConsoleFormatterNames.Simple;
            options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite; // A reader of the log that stalls must not stall requests.
        });
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
