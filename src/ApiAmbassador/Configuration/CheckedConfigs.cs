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

    private volatile Snapshot _good = Snapshot.Empty;

    /// <summary>Whether this, the object itself, was part of the last snapshot that was good.</summary>
    public bool IsGood(RouteSnapshot route) => ReferenceEquals(Good(route.Config), route);

    /// <inheritdoc cref="IsGood(RouteSnapshot)"/>
    public bool IsGood(ClusterSnapshot cluster) => ReferenceEquals(Good(cluster.Config), cluster);

    /// <summary>Whether the settings of a cluster, all but its destinations, were part of the last snapshot that was good.</summary>
    public bool HasGoodSettings(ClusterSnapshot cluster) => cluster.HasSettingsOf(Good(cluster.Config));

    /// <summary>The destinations of a cluster that were not part of it in the last snapshot that was good.</summary>
    public IEnumerable<KeyValuePair<string, DestinationConfig>> NewDestinations(ClusterConfig cluster)
    {
        var good = Good(cluster)?.Config.Destinations;
        return cluster.Destinations!.Where(destination => !ReferenceEquals(good?.GetValueOrDefault(destination.Key), destination.Value));
    }

    /// <summary>Nothing is wrong with this snapshot; what is not in it is forgotten.</summary>
    public void Remember(Snapshot good) => _good = good;

    /// <inheritdoc/>
    public ValueTask<IList<Exception>> ValidateRouteAsync(RouteConfig route) => ReferenceEquals(Good(route)?.Config, route) ? new(Nothing) : yarp.ValidateRouteAsync(route);

    /// <inheritdoc/>
    public ValueTask<IList<Exception>> ValidateClusterAsync(ClusterConfig cluster) => ReferenceEquals(Good(cluster)?.Config, cluster) ? new(Nothing) : yarp.ValidateClusterAsync(cluster);

    private RouteSnapshot? Good(RouteConfig route) => _good.Routes.GetValueOrDefault(route.RouteId);

    private ClusterSnapshot? Good(ClusterConfig cluster) => _good.Clusters.GetValueOrDefault(cluster.ClusterId);
}
