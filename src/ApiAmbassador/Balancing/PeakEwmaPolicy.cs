using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>Who is expected to answer first (<see cref="PeakEwmaChoice"/>). The default where weights do not differ.</summary>
internal sealed class PeakEwmaPolicy(ResilienceStates states, Random random) : ILoadBalancingPolicy
{
    /// <summary>Its name in <c>LoadBalancingPolicy</c>.</summary>
    public const string PolicyName = "PeakEwma";

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <summary>With <c>Passthrough</c> nobody measures: then the fewest requests decide.</summary>
    /// <inheritdoc/>
    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var pool = states.Of(cluster).PoolOf(availableDestinations);
        return availableDestinations[context.Find<AttemptLoop>() is { } loop
            ? PeakEwmaChoice.Pick(pool, loop.BeganAt, random)
            : LeastRequestsChoice.Pick(pool, random)];
    }
}
