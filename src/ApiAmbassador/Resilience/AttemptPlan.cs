using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>What the attempts of all requests of a route to a cluster have in common, for as long as neither changes.</summary>
/// <param name="Snapshot">The configuration that it was made from.</param>
/// <param name="Route">The route's part of it.</param>
/// <param name="Cluster">The cluster's.</param>
/// <param name="ClusterState">YARP's state of the cluster.</param>
/// <param name="State">What is remembered of the cluster.</param>
/// <param name="Services">What all loops share.</param>
/// <param name="Next">The rest of the pipeline, from the pick on.</param>
internal sealed record AttemptPlan(
    Snapshot Snapshot,
    RouteSnapshot Route,
    ClusterSnapshot Cluster,
    ClusterState ClusterState,
    ClusterResilience State,
    AttemptServices Services,
    RequestDelegate Next)
{
    /// <summary>The requests that go this way.</summary>
    public Traffic Traffic { get; } = State.Routes.Of(Route.Config.RouteId, Snapshot);

    /// <summary>Whether some destinations are asked only when others cannot serve.</summary>
    public bool HasPriorities { get; } = PriorityGroups.Differ(Cluster.Config.Destinations!.Values, Snapshot.Ambassador.Zone);

    /// <summary>Whether each key has its place.</summary>
    public bool IsKeyed { get; } = ConsistentHashPolicy.PolicyName.Equals(Cluster.Config.LoadBalancingPolicy, StringComparison.OrdinalIgnoreCase);
}
