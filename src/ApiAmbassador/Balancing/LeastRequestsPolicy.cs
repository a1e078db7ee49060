using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>Who has the fewest requests under way for its weight (<see cref="LeastRequestsChoice"/>), in place of YARP's policy of the same name, which knows no weights.</summary>
internal sealed class LeastRequestsPolicy(ResilienceStates states, Random random) : ILoadBalancingPolicy
{
    /// <inheritdoc/>
    public string Name => LoadBalancingPolicies.LeastRequests;

    /// <inheritdoc/>
    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
        availableDestinations[LeastRequestsChoice.Pick(states.Of(cluster).PoolOf(availableDestinations), random)];
}
