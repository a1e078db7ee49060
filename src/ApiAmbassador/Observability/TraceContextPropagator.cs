using System.Diagnostics;

namespace ApiAmbassador.Observability;

/// <summary>
/// Makes a forwarded request the child of our client span, in W3C trace context. What we have nothing to say about passes as it
/// came: <c>baggage</c> above all, which the framework would read and write anew, losing what it does not understand.
/// </summary>
/// <remarks>Where no spans are exported no propagator is used at all, and <c>traceparent</c> too passes as it came.</remarks>
internal sealed class TraceContextPropagator : DistributedContextPropagator
{
    private const string TraceParent = "traceparent", TraceState = "tracestate";

    private readonly DistributedContextPropagator _w3c = CreateW3CPropagator();

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Fields { get; } = [TraceParent, TraceState];

    /// <inheritdoc/>
    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (carrier is not HttpRequestMessage request)
        {
            return;
        }

        if (AttemptSpan.Of(activity) is { } span)
        {
            AttemptSpan.Sends(span, request.RequestUri!);
            activity = span;
        }
        else if (activity?.Parent is null || request.Headers.NonValidated.Contains(TraceParent))
        {
            // A probe, whose child nobody should become; or a request that is not sampled, whose caller's word passes as it came. To whom the caller
            // said nothing we say that it is not sampled, so that the destination does not begin a trace without a beginning.
            return;
        }

        // The setter adds what is not there yet. A state belongs to its parent, so it goes with it.
        request.Headers.Remove(TraceParent);
        request.Headers.Remove(TraceState);
        _w3c.Inject(activity, carrier, setter);
    }

    /// <inheritdoc/>
    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        _w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        _w3c.ExtractBaggage(carrier, getter);
}
