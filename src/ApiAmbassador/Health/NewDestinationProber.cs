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
    private readonly SeenDestinations _seen = new();
    private readonly ConditionalWeakTable<ClusterState, Probing> _probing = [];

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster)
    {
        var changes = _seen.Look(cluster);
        Forget(cluster, changes.Where(change => change is { Before: not null, Now: not null }));
        var active = cluster.Model.Config.HealthCheck?.Active;
        if (active?.Enabled != true)
        {
            _probing.Remove(cluster);
            return;
        }

        var now = time.GetTimestamp();
        var isProbed = _probing.TryGetValue(cluster, out var probing);
        probing ??= _probing.GetOrCreateValue(cluster);
        var hasNew = !isProbed || changes.Any(change => change.Now is not null);
        var isDue = now >= probing.Due;
        if (hasNew || isDue)
        {
            probing.Due = now + time.ToTimestamp(active.Interval ?? defaults.Value.DefaultInterval);
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

    private void Forget(ClusterState cluster, IEnumerable<SeenChange> moved)
    {
        var hasMoved = false;
        foreach (var (destination, _, _) in moved)
        {
            destination.Health.Active = DestinationHealth.Unknown;
            destination.Health.Passive = DestinationHealth.Unknown;
            hasMoved = true;
        }

        if (hasMoved)
        {
            destinations.UpdateAvailableDestinations(cluster);
        }
    }

    /// <summary>Of a cluster that is probed.</summary>
    private sealed class Probing
    {
        /// <summary>When the next probes are due, as a timestamp.</summary>
        public long Due { get; set; }
    }
}
