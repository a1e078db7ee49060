using ApiAmbassador.Configuration;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;

namespace ApiAmbassador.Balancing;

/// <summary>Has <see cref="AvailabilityPolicy"/> look again where a change of the configuration is not one of YARP's, which would make it look by itself.</summary>
internal sealed class AvailabilityRefresh(IProxyStateLookup yarp, IClusterDestinationsUpdater availability)
{
    /// <summary>Looks at what differs between what was in force and what is.</summary>
    public void After(Snapshot before, Snapshot after)
    {
        foreach (var cluster in yarp.GetClusters())
        {
            if (before.Ambassador.Passthrough != after.Ambassador.Passthrough
                || before.Clusters.GetValueOrDefault(cluster.ClusterId)?.PanicRatio != after.Clusters.GetValueOrDefault(cluster.ClusterId)?.PanicRatio)
            {
                availability.UpdateAvailableDestinations(cluster);
            }
        }
    }
}
