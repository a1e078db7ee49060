using ApiAmbassador.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Health;

/// <summary>Has a destination that joins a running cluster probed at once; YARP would come to it an interval later.</summary>
internal sealed class NewDestinationProber(SnapshotStore snapshots, IActiveHealthCheckMonitor monitor) : IClusterChangeListener
{
    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => Probe(cluster);

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster) => Probe(cluster);

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster)
    {
        // YARP stops probing it.
    }

    private void Probe(ClusterState cluster)
    {
        // With the first configuration YARP itself probes everything.
        if (snapshots.Current.Revision > 1
            && cluster.Model.Config.HealthCheck?.Active?.Enabled == true
            && cluster.Destinations.Values.Any(destination => destination.Health.Active == DestinationHealth.Unknown))
        {
            _ = monitor.CheckHealthAsync([cluster]); // Reports its own failures.
        }
    }
}
