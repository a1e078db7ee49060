using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>The tables of the clusters that are hashed, made where the configuration changes and not where requests wait.</summary>
internal sealed class HashTables : IClusterChangeListener
{
    private readonly ConditionalWeakTable<ClusterState, HashTable> _tables = [];

    /// <summary>A cluster's table.</summary>
    public HashTable Of(ClusterState cluster) => _tables.TryGetValue(cluster, out var table) ? table : Renew(cluster);

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster)
    {
        if (ConsistentHashPolicy.PolicyName.Equals(cluster.Model.Config.LoadBalancingPolicy, StringComparison.OrdinalIgnoreCase))
        {
            Renew(cluster);
        }
        else
        {
            _tables.Remove(cluster);
        }
    }

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster)
    {
        // Goes with it.
    }

    /// <summary>Of all destinations, whether they are well or not: who falls ill and recovers moves its own keys, and nobody else's.</summary>
    private HashTable Renew(ClusterState cluster)
    {
        var made = _tables.TryGetValue(cluster, out var last) ? last.With(cluster.DestinationsState.AllDestinations) : new HashTable(cluster.DestinationsState.AllDestinations);
        _tables.AddOrUpdate(cluster, made);
        return made;
    }
}
