using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Routing;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>The same key, the same destination (<see cref="ConsistentHashChoice"/>); who has no key is sent by lot, by weight.</summary>
internal sealed class ConsistentHashPolicy(SnapshotStore snapshots, ResilienceStates states, HashTables tables, Random random) : ILoadBalancingPolicy
{
    /// <summary>Its name in <c>LoadBalancingPolicy</c>.</summary>
    public const string PolicyName = "ConsistentHash";

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <inheritdoc/>
    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var pool = states.Of(cluster).PoolOf(availableDestinations);
        Span<char> buffer = stackalloc char[CallerKey.LengthMax];
        var key = snapshots.Current.Clusters.TryGetValue(cluster.ClusterId, out var ours) ? ours.Key.Of(context, buffer) : [];
        var index = key.IsEmpty ? -1 : tables.Of(cluster).Pick(pool, key);
        return availableDestinations[index >= 0 ? index : pool.Draw(random)];
    }
}
