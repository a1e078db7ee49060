using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>
/// Smooth weighted round robin: over any stretch of requests each destination gets its share to within a few requests
/// (<see cref="WeightedRotation"/> says how few), and the turns of the heavy ones are spread between those of the light ones. The
/// default where weights differ.
/// </summary>
internal sealed class WeightedRoundRobinPolicy : ILoadBalancingPolicy
{
    /// <summary>Its name in <c>LoadBalancingPolicy</c>.</summary>
    public const string PolicyName = "WeightedRoundRobin";

    private readonly ConditionalWeakTable<ClusterState, ClusterRotation> _rotations = [];

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <inheritdoc/>
    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var lineup = _rotations.GetOrCreateValue(cluster).LineupOf(availableDestinations);
        return availableDestinations[lineup.Next()];
    }

    /// <summary>One cluster's rotation, and the lineup of the destinations that were available last.</summary>
    private sealed class ClusterRotation
    {
        private readonly ConditionalWeakTable<DestinationState, WeightedRotation.Runner> _runners = [];
        private readonly WeightedRotation _rotation = new();
        private volatile Lineup? _last;

        /// <summary>
        /// YARP makes a new list whenever weights, health or members change, so the list itself tells whether ours is current. A list that comes back is lined
        /// up anew: whoever was away for long would seem to be far ahead, as times wrap around.
        /// </summary>
        public WeightedRotation.Lineup LineupOf(IReadOnlyList<DestinationState> available)
        {
            var last = _last;
            if (last is null || !ReferenceEquals(last.Available, available))
            {
                _last = last = new Lineup(available, _rotation.LineUp(
                    [.. available.Select(destination => (_runners.GetOrCreateValue(destination), DestinationWeight.Of(destination.Model.Config)))]));
            }

            return last.Rotation;
        }

        private sealed record Lineup(IReadOnlyList<DestinationState> Available, WeightedRotation.Lineup Rotation);
    }
}
