using System.Diagnostics;

namespace ApiAmbassador.Observability;

/// <summary>
/// Where no spans are exported, a request is part of its caller's trace and of no other: its entries in the log and its exemplars name that one. Who
/// brings none gets none, as the framework's span and the scope of its log would cost a tenth of a small request's processor time.
/// </summary>
internal sealed class CallersTraces : IHostedService, IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
        Sample = static (ref options) => options.Parent switch
        {
            { TraceId: var trace } when trace == default => ActivitySamplingResult.None,
            { TraceFlags: var flags } when flags.HasFlag(ActivityTraceFlags.Recorded) => ActivitySamplingResult.AllDataAndRecorded,
            _ => ActivitySamplingResult.PropagationData,
        },
    };

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(_listener);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
