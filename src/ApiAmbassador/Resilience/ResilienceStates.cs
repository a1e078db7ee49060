using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>What is remembered of each cluster, for as long as YARP keeps the cluster.</summary>
internal sealed class ResilienceStates(
    SnapshotStore snapshots,
    Standings standings,
    IClusterDestinationsUpdater availability,
    IMeterFactory meters,
    TimeProvider time,
    Random random,
    Timeline timeline,
    ILogger<ResilienceStates> logger) : IClusterChangeListener, IDisposable
{
    private readonly ConditionalWeakTable<ClusterState, ClusterResilience> _clusters = [];

    private readonly ConditionalWeakTable<RouteModel, Count> _requests = [];

    /// <summary>What is remembered of a cluster.</summary>
    public ClusterResilience Of(ClusterState cluster) =>
        _clusters.TryGetValue(cluster, out var known)
            ? known
            : _clusters.GetValue(cluster, made => new ClusterResilience(made, standings, availability, meters, time, random, timeline, logger));

    /// <summary>The count of the requests that a route brings to a cluster; it stays the same where YARP makes another model of the route.</summary>
    public Count RequestsOf(RouteModel route) =>
        _requests.TryGetValue(route, out var known) ? known : _requests.GetValue(route, made => Of(made.Cluster!).Counts.RequestsOf(made.Config.RouteId));

    /// <summary>Whether a request to the cluster would reach a destination.</summary>
    public bool CanServe(ClusterState cluster) =>
        snapshots.Current.Ambassador.Passthrough ? cluster.DestinationsState.AvailableDestinations.Count > 0 : Of(cluster).CanServe;

    /// <summary>How many destinations of the cluster are usable: neither drained nor sick nor ejected nor cut off, so in panic fewer than are asked.</summary>
    public int UsableCount(ClusterState cluster) => cluster.DestinationsState.AvailableDestinations.Count(destination => IsUsable(cluster, destination));

    /// <summary>Whether a destination that may be asked is usable. With <c>Passthrough</c> only probes count.</summary>
    public bool IsUsable(ClusterState cluster, DestinationState destination) =>
        destination.Health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy }
        && (snapshots.Current.Ambassador.Passthrough || Of(cluster).IsUsable(destination));

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => Of(cluster).Refresh();

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster) => Of(cluster).Refresh();

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster) => Of(cluster).Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, known) in _clusters)
        {
            known.Dispose();
        }
    }
}
