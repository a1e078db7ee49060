using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>
/// Who may be asked at all, around one of YARP's policies on health. It is looked at when weights, health, ejections or members change, so that requests
/// find the list ready:
/// <code>
/// all → less weight 0 → less who is sick (YARP's policy) → less who is ejected, unless nobody would be left → all the same in panic
/// </code>
/// </summary>
internal sealed class AvailabilityPolicy(IAvailableDestinationsPolicy yarp, SnapshotStore snapshots, Standings standings, Panics panics) : IAvailableDestinationsPolicy
{
    /// <inheritdoc/>
    public string Name => yarp.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations)
    {
        var hosts = allDestinations.Any(IsOut) ? [.. allDestinations.Where(destination => !IsOut(destination))] : allDestinations;
        var healthy = yarp.GetAvailalableDestinations(config, hosts);
        var well = !snapshots.Current.Ambassador.Passthrough && healthy.Any(IsEjected) ? [.. healthy.Where(destination => !IsEjected(destination))] : healthy;
        var isPanic = snapshots.Current.Clusters.TryGetValue(config.ClusterId, out var cluster) && PanicRule.IsPanic(well.Count, hosts.Count, cluster.PanicRatio);
        panics.Tell(config.ClusterId, isPanic, well.Count, hosts.Count);
        var available = isPanic ? hosts : well.Count == 0 ? healthy : well;
        standings.Enter(allDestinations, available);
        return available;
    }

    private static bool IsOut(DestinationState destination) => DestinationWeight.Of(destination.Model.Config) == 0;

    private bool IsEjected(DestinationState destination) => standings.Of(destination).Ejection is not null;
}
