using System.Net;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>Where requests to a destination go, and how it is called there.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="EndPoint">What is connected to.</param>
/// <param name="Host">The header <c>Host</c>: the destination's own where it has one.</param>
/// <param name="Prefix">The address as it is configured.</param>
/// <param name="PathPrefix">What stands before each path, which brings its slash.</param>
internal sealed record DestinationAddress(string Cluster, DnsEndPoint EndPoint, string Host, string Prefix, string PathPrefix)
{
    /// <summary>Of a destination's address; null where it is none that plain HTTP/1.1 leads to.</summary>
    public static DestinationAddress? Of(ClusterConfig cluster, DestinationConfig destination)
    {
        const string Scheme = "http://";
        var (address, host) = (destination.Address, destination.Host);
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || address.AsSpan().ContainsAnyExceptInRange('!', '~')
            || address.AsSpan().ContainsAny("?#\\@")
            || !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || host.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return null;
        }

        var slash = address.IndexOf('/', Scheme.Length);
        return new(
            cluster.ClusterId,
            new DnsEndPoint(uri.IdnHost, uri.Port),
            string.IsNullOrEmpty(host) ? uri.Authority : host,
            address,
            slash < 0 ? "" : address[slash..^(address.EndsWith('/') ? 1 : 0)]);
    }
}
