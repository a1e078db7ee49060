using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>What is remembered of each cluster, for as long as YARP keeps the cluster.</summary>
internal sealed class ResilienceStates(TimeProvider time, Random random, ILogger<ResilienceStates> logger)
{
    private readonly ConditionalWeakTable<ClusterState, ClusterResilience> _clusters = [];

    /// <summary>What is remembered of a cluster.</summary>
    public ClusterResilience Of(ClusterState cluster) =>
        _clusters.TryGetValue(cluster, out var known) ? known : _clusters.GetValue(cluster, made => new ClusterResilience(made, time, random, logger));
}
