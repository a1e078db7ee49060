using System.Runtime.CompilerServices;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Health;

/// <summary>
/// What a change of a cluster does to its health checks. A destination that joins is probed at once; YARP would come to it an interval later. One
/// whose address changes under its name is another destination: what was known of its health is forgotten, and it is probed as a new one. And
/// because YARP begins its interval anew at every change, changes that come faster than that would end all probing: what is due is done here.
/// </summary>
internal sealed class NewDestinationProber(
    SnapshotStore snapshots,
    IActiveHealthCheckMonitor monitor,
    IClusterDestinationsUpdater destinations,
    IOptions<ActiveHealthCheckMonitorOptions> defaults,
    TimeProvider time) : IClusterChangeListener
{
    private readonly ConditionalWeakTable<ClusterState, Dictionary<DestinationState, Known>> _known = []; // By cluster, as the collector looks at each entry each time.
    private readonly ConditionalWeakTable<ClusterState, StrongBox<long>> _due = [];

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster)
    {
        var active = cluster.Model.Config.HealthCheck?.Active;
        var isProbed = active?.Enabled == true;
        var hasNew = Look(cluster, isProbed);
        if (!isProbed)
        {
            return;
        }

        var now = time.GetTimestamp();
        var due = _due.GetValue(cluster, _ => new StrongBox<long>(long.MaxValue));
        var isDue = now >= due.Value;
        if (hasNew || isDue || due.Value == long.MaxValue)
        {
            due.Value = now + time.ToTimestamp(active!.Interval ?? defaults.Value.DefaultInterval);
        }

        // With the first configuration YARP itself probes everything.
        if (snapshots.Current.Revision > 1 && (hasNew || isDue))
        {
            _ = monitor.CheckHealthAsync([cluster]); // Reports its own failures.
        }
    }

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster)
    {
        // YARP stops probing it.
    }

    /// <summary>Forgets the health of what has moved; true where something is to be probed that was not.</summary>
    private bool Look(ClusterState cluster, bool isProbed)
    {
        var (hasNew, hasMoved) = (false, false);
        var before = _known.TryGetValue(cluster, out var seen) ? seen : [];
        var after = new Dictionary<DestinationState, Known>(cluster.Destinations.Count);
        foreach (var destination in cluster.Destinations.Values)
        {
            var now = new Known(destination.Model.Config.Address, isProbed);
            var isKnown = before.TryGetValue(destination, out var known);
            after.Add(destination, now);
            hasNew |= isProbed && !(isKnown && known == now);
            if (isKnown && known.Address != now.Address)
            {
                destination.Health.Active = DestinationHealth.Unknown;
                destination.Health.Passive = DestinationHealth.Unknown;
                hasMoved = true;
            }
        }

        _known.AddOrUpdate(cluster, after);
        if (hasMoved)
        {
            destinations.UpdateAvailableDestinations(cluster);
        }

        return hasNew;
    }

    /// <summary>What was seen of a destination at the last change.</summary>
    private readonly record struct Known(string Address, bool IsProbed);
}
