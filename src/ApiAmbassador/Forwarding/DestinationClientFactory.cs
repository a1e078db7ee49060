using ApiAmbassador.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Observability;

/// <summary>YARP's clients of destinations, with our word on trace context instead of the framework's.</summary>
internal sealed class TracedClientFactory(ILogger<ForwarderHttpClientFactory> logger, TelemetryVariables telemetry) : ForwarderHttpClientFactory(logger)
{
    private static readonly TraceContextPropagator Propagator = new();

    /// <inheritdoc/>
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);

        // Without an exporter nobody sees our spans: the destination is to be a child of the caller, not of a span that never was.
        handler.ActivityHeadersPropagator = telemetry.Traces ? Propagator : null;
    }
}
