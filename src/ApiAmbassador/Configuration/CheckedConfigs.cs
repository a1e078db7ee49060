using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// Knows what was found good, so that nobody looks at it twice: a large configuration of which little changes is checked in a fraction of the time, and leaves
/// a fraction of the garbage. What is written as before is the same object as before (<see cref="SnapshotBuilder"/>).
/// </summary>
/// <remarks>It stands in the place of YARP's validator, as YARP asks about every route and cluster again when it applies what we have asked about before.</remarks>
internal sealed class CheckedConfigs(IConfigValidator yarp) : IConfigValidator
{
    private static readonly IList<Exception> Nothing = [];

    private volatile HashSet<object> _good = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether this, the object itself, was part of the last snapshot that was good: a route or cluster, YARP's part or the whole.</summary>
    public bool IsGood(object part) => _good.Contains(part);

    /// <summary>Nothing is wrong with this snapshot; what is not in it is forgotten.</summary>
    public void Remember(Snapshot good)
    {
        var parts = new HashSet<object>(2 * (good.Routes.Count + good.Clusters.Count), ReferenceEqualityComparer.Instance);
        foreach (var route in good.Routes.Values)
        {
            parts.Add(route);
            parts.Add(route.Config);
        }

        foreach (var cluster in good.Clusters.Values)
        {
            parts.Add(cluster);
            parts.Add(cluster.Config);
        }

        _good = parts;
    }

    /// <inheritdoc/>
    public ValueTask<IList<Exception>> ValidateRouteAsync(RouteConfig route) => IsGood(route) ? new(Nothing) : yarp.ValidateRouteAsync(route);

    /// <inheritdoc/>
    public ValueTask<IList<Exception>> ValidateClusterAsync(ClusterConfig cluster) => IsGood(cluster) ? new(Nothing) : yarp.ValidateClusterAsync(cluster);
}
