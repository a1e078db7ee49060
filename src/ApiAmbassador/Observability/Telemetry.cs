using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ApiAmbassador.Observability;

/// <summary>
/// OpenTelemetry over the framework's own meters and activity sources, which follow its names already. Set up by its standard variables;
/// what they do not ask for is not built.
/// </summary>
internal static class Telemetry
{
    /// <summary>
    /// A server span for each request, the framework's, and a client span for each attempt (<see cref="AttemptSpan"/>). YARP's own source is not
    /// among them: its <c>proxy.forwarder</c> is a second server span for the same request. Nor is the client's: its spans are those of attempts once
    /// more, and of probes, which nobody asked for.
    /// </summary>
    private static readonly string[] Sources = ["Microsoft.AspNetCore", AttemptSpan.SourceName];

    /// <summary>Adds providers and exporters for the signals that the variables ask for.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder, ConfigSources sources, TelemetryVariables wanted)
    {
        builder.Services.AddSingleton(wanted);
        builder.Services.AddSingleton<ServedCertificates>();
        builder.Services.AddSingleton<AmbassadorMetrics>();
        builder.Services.AddSingleton<PrometheusMetrics>();
        if (!wanted.Traces)
        {
            builder.Services.AddHostedService<CallersTraces>();
        }

        if (!wanted.Any)
        {
            return;
        }

        // The SDK reads its variables from the application's configuration.
        builder.Configuration.AddInMemoryCollection(sources.Variables
            .Where(variable => variable.Key.StartsWith(TelemetryVariables.Prefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create<string, string?>(variable.Key, variable.Value)));

        // It prepares all three signals; TelemetryService makes only those that are wanted, and the log is asked whether it is one.
        new Builder(builder.Services)
            .ConfigureResource(ConfigureResource)
            .UseOtlpExporter()
            .WithMetrics(ConfigureMetrics)
            .WithTracing(tracing => tracing.AddSource(Sources))
            .WithLogging(configureBuilder: null, options => options.IncludeFormattedMessage = true);
        if (!wanted.Logs)
        {
            builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(category: null, LogLevel.None);
        }

        if (wanted.Traces)
        {
            // The framework fills in the attributes of a server span only if it is told to. Read once, when the server is made.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        }

        builder.Services.AddHostedService<TelemetryService>();
    }

    private static void ConfigureResource(ResourceBuilder resource) => resource
        .Clear()
        .AddService("apiambassador", serviceVersion: BuildVersion.Version)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector(); // Last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.

    private static void ConfigureMetrics(MeterProviderBuilder metrics) =>
        ((IDeferredMeterProviderBuilder)metrics).Configure(static (services, provider) => provider.AddMeters(services.GetRequiredService<IMeterFactory>()));

    /// <summary>
    /// Stands in, with <see cref="TelemetryService"/>, for the package OpenTelemetry.Extensions.Hosting (<c>services.AddOpenTelemetry()</c>),
    /// which not every package feed carries.
    /// </summary>
    private sealed class Builder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }
}
