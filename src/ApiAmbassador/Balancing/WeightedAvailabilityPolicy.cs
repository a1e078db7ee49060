using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>
/// Takes destinations of weight 0 out of the pool before one of YARP's policies looks at their health, so that they get nothing
/// under any load-balancing policy, YARP's own included.
/// </summary>
internal sealed class WeightedAvailabilityPolicy(IAvailableDestinationsPolicy yarp) : IAvailableDestinationsPolicy
{
    /// <inheritdoc/>
    public string Name => yarp.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations) =>
        yarp.GetAvailalableDestinations(
            config,
            allDestinations.Any(IsOut) ? [.. allDestinations.Where(destination => !IsOut(destination))] : allDestinations);

    private static bool IsOut(DestinationState destination) => DestinationWeight.Of(destination.Model.Config) == 0;
}
