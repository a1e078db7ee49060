using System.Diagnostics;
using OpenTelemetry;

namespace ApiAmbassador.Observability;

/// <summary>
/// Keeps what no caller asked for out of the traces: a client span without a parent is a health check's, or another errand of the
/// process itself, and there is one every few seconds for each destination.
/// </summary>
internal sealed class RequestsOnlyProcessor : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data is { Kind: ActivityKind.Client, ParentId: null })
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // The exporter, which comes after us, takes recorded spans only.
        }
    }
}
