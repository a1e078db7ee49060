using ApiAmbassador.Configuration;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// YARP's forwarder once more, for what most requests are: plain HTTP/1.1 to the destination, without transforms of the route's own. It writes the request
/// onto a connection and its answer to the caller, with nothing in between: see <see cref="LeanExchange"/>. All else is YARP's.
/// </summary>
internal sealed class LeanForwarder(IHttpForwarder yarp, Http1Pools pools, SnapshotStore snapshots, TimeProvider time) : IHttpForwarder
{
    /// <summary>YARP's own default of <c>ActivityTimeout</c>.</summary>
    private static readonly TimeSpan ActivityTimeout = TimeSpan.FromSeconds(100);

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        NamedByConnection.Remove(context.Request.Headers, context.Request.Headers.Connection);
        if (PoolFor(context, destinationPrefix) is not { } pool)
        {
            return yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
        }

        var pace = new Pace(time, time.ToTimestamp(requestConfig.ActivityTimeout ?? ActivityTimeout));
        return new LeanExchange(context, pool, pace, isBuffered: requestConfig.AllowResponseBuffering == true, snapshots.Current.PathDecides, cancellationToken).RunAsync();
    }

    /// <summary>The connections for this request; null where it wants more than we do.</summary>
    private Http1Pool? PoolFor(HttpContext context, string prefix)
    {
        var (request, proxy) = (context.Request, context.Proxy());
        return proxy.Route.Config.Transforms is null or { Count: 0 }
            && request.Headers.Upgrade.Count == 0
            && request.Headers.Expect.Count == 0
            && !HttpMethods.IsConnect(request.Method)
            && proxy.ProxiedDestination?.Model is { } destination
            && ReferenceEquals(destination.Config.Address, prefix)
                ? pools.Of(proxy.Cluster, destination)
                : null;
    }
}
