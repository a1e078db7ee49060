using System.Collections.Concurrent;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>The clusters whose health is ignored (<see cref="PanicRule"/>), and the news of it.</summary>
internal sealed partial class Panics(Timeline timeline, ILogger<Panics> logger) : IClusterChangeListener
{
    private readonly ConcurrentDictionary<string, bool> _clusters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a cluster's health is ignored.</summary>
    public bool Has(string cluster) => _clusters.ContainsKey(cluster);

    /// <summary>Takes note of how it is with a cluster; a change is told.</summary>
    /// <param name="cluster">Its id.</param>
    /// <param name="isPanic">Whether its health is ignored.</param>
    /// <param name="well">How many of it are believed to be well.</param>
    /// <param name="hosts">Of how many.</param>
    public void Tell(string cluster, bool isPanic, int well, int hosts)
    {
        if (isPanic && _clusters.TryAdd(cluster, true))
        {
            LogPanic(logger, cluster, well, hosts);
            timeline.Add(TimelineKind.Panic, cluster, $"only {well} of {hosts} destinations are well, which is below PanicRatio: health is ignored, all of them are asked");
        }
        else if (!isPanic && _clusters.TryRemove(cluster, out _))
        {
            LogOver(logger, cluster, well, hosts);
            timeline.Add(TimelineKind.Panic, cluster, $"{well} of {hosts} destinations are well: health counts again");
        }
    }

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster)
    {
        // Told by whoever looks at its health.
    }

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster)
    {
        // As above.
    }

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster) => _clusters.TryRemove(cluster.ClusterId, out _);
}
