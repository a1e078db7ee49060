using ApiAmbassador.Configuration;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ApiAmbassador.Observability;

/// <summary>Makes the providers before the first request and empties them after the last one.</summary>
internal sealed class TelemetryService(IServiceProvider services, TelemetryVariables wanted) : IHostedService
{
    /// <summary>
    /// How long the end may wait for a collector that does not answer: with the default drain of 25 s it stays below the 30 s
    /// that Kubernetes gives.
    /// </summary>
    private const int FlushMilliseconds = 3000;

    private TracerProvider? _tracers;
    private MeterProvider? _meters;
    private LoggerProvider? _loggers;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A provider that nobody asks for is not made, nor its exporter.
        _tracers = wanted.Traces ? services.GetRequiredService<TracerProvider>() : null;
        _meters = wanted.Metrics ? services.GetRequiredService<MeterProvider>() : null;
        _loggers = wanted.Logs ? services.GetRequiredService<LoggerProvider>() : null;
        services.GetRequiredService<AmbassadorMetrics>(); // Its observed instruments exist from now on, not from the first failure.
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        // The listeners stop before us. All three at once: each may have to wait for the same silent collector.
        Task.WhenAll(
            Task.Run(() => _tracers?.Shutdown(FlushMilliseconds), CancellationToken.None),
            Task.Run(() => _meters?.Shutdown(FlushMilliseconds), CancellationToken.None),
            Task.Run(() => _loggers?.Shutdown(FlushMilliseconds), CancellationToken.None));
}
