using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Forwarding;

/// <summary>YARP's clients of destinations, one a cluster; requests and active probes go through them.</summary>
internal sealed class DestinationClientFactory(
    ILogger<ForwarderHttpClientFactory> logger, TelemetryVariables telemetry, DestinationConnections connections) : ForwarderHttpClientFactory(logger)
{
    private static readonly TraceContextPropagator Propagator = new();

    /// <summary>A changed timeout wants a new client. The old one finishes what it began.</summary>
    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context) && ConnectTimeout.Of(context.OldMetadata) == ConnectTimeout.Of(context.NewMetadata);

    /// <inheritdoc/>
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = ConnectTimeout.Of(context.NewMetadata);
        var cluster = context.ClusterId;
        handler.ConnectCallback = async (connection, cancellation) => await connections.ConnectAsync(cluster, connection.DnsEndPoint, cancellation);

        // Without an exporter nobody sees our spans: the destination is to be a child of the caller, not of a span that never was.
        handler.ActivityHeadersPropagator = telemetry.Traces ? Propagator : null;

        // One attempt is one sending, or we could neither count nor judge attempts. Over HTTP/2 the handler sends again only what was refused.
        handler.RequestHeaderEncodingSelector = BodySentOnce.Before(handler.RequestHeaderEncodingSelector);
        handler.PlaintextStreamFilter = static (connection, _) =>
            ValueTask.FromResult(connection.NegotiatedHttpVersion.Major == 1 ? new WatchedConnection(connection.PlaintextStream) : connection.PlaintextStream);
    }
}
