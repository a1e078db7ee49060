using System.Net;
using System.Reflection;
using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Health;

/// <summary>
/// What an active health check sends: YARP's request (GET of <c>Path</c> at the destination's <c>Health</c>, else its <c>Address</c>), with
/// the host and query that our settings add.
/// </summary>
internal sealed class ProbeRequestFactory(SnapshotStore snapshots) : IProbingRequestFactory
{
    private static readonly string UserAgent =
        "ApiAmbassador/" + typeof(ProbeRequestFactory).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version + " (health check)";

    /// <inheritdoc/>
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        var rule = snapshots.Current.Clusters.GetValueOrDefault(cluster.Config.ClusterId)?.Probe;
        var address = string.IsNullOrEmpty(destination.Config.Health) ? destination.Config.Address : destination.Config.Health;
        UriHelper.FromAbsolute(address, out var scheme, out var host, out var pathBase, out _, out _);
        var uri = UriHelper.BuildAbsolute(scheme, host, pathBase, cluster.Config.HealthCheck?.Active?.Path, new QueryString(rule?.Query));

        var request = new HttpRequestMessage(HttpMethod.Get, uri)
        {
            Version = cluster.Config.HttpRequest?.Version ?? HttpVersion.Version20,
            VersionPolicy = cluster.Config.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
        };
        if ((rule?.Host ?? destination.Config.Host) is { Length: > 0 } named)
        {
            request.Headers.Add(HeaderNames.Host, named);
        }

        request.Headers.Add(HeaderNames.UserAgent, UserAgent);
        return request;
    }
}
