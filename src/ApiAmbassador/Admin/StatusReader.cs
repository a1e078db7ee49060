using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Hosting;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Admin;

/// <summary>Looks at the state of everything and changes nothing.</summary>
internal sealed class StatusReader(
    SnapshotStore snapshots,
    IProxyStateLookup yarp,
    ResilienceStates states,
    Panics panics,
    InstanceDiscovery discovery,
    Lifecycle lifecycle,
    ConfigReloader reloader,
    Timeline timeline,
    TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>How it stands now.</summary>
    public StatusView Read()
    {
        var snapshot = snapshots.Current;
        var now = time.GetUtcNow();
        var sources = discovery.States.ToLookup(source => source.Id.Cluster, source => Source(source.Id, source.State, source.Problem, now), StringComparer.OrdinalIgnoreCase);
        return new StatusView(
            BuildVersion.Version,
            BuildVersion.Commit,
            now,
            Math.Round(time.GetElapsedTime(_started).TotalSeconds, 1),
            lifecycle switch { { IsDraining: true } => "draining", { IsListening: true } => "serving", _ => "starting" },
            snapshot.Revision,
            snapshot.AppliedAt,
            snapshot.Ambassador.Passthrough,
            timeline.Last,
            reloader.LastRefused?.Told,
            [.. yarp.GetClusters()
                .Where(cluster => snapshot.Clusters.ContainsKey(cluster.ClusterId))
                .OrderBy(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase)
                .Select(cluster => Cluster(cluster, snapshot, [.. sources[cluster.ClusterId]]))],
            [.. snapshot.Routes.Values.OrderBy(route => route.Config.RouteId, StringComparer.OrdinalIgnoreCase).Select(Route)]);
    }

    /// <summary>What to warn of when a change leaves a cluster without anybody to ask; null where it does not.</summary>
    public string? WithoutUsable(string cluster) =>
        yarp.TryGetCluster(cluster, out var state) && !states.CanServe(state)
            ? $"no destination of cluster '{cluster}' is usable now; its requests are answered with 503"
            : null;

    private static SourceView Source(FeedId id, FeedState state, string? problem, DateTimeOffset now) => new(
        id.Kind,
        id.Name,
        state.List.Count,
        state.GoodAt is { } at ? Math.Round((now - at).TotalSeconds, 1) : null,
        state.Held,
        state.IsKept,
        state.Errors,
        (state.Error ?? problem) is { } text ? Secrets.InSentence(text) : null);

    private ClusterView Cluster(ClusterState cluster, Snapshot snapshot, SourceView[] sources)
    {
        var settings = snapshot.Clusters[cluster.ClusterId];
        var known = states.Of(cluster);
        var written = DestinationLayers.Lay(snapshot.Configured[cluster.ClusterId], snapshot.Found.GetValueOrDefault(cluster.ClusterId), OperatorWords.None);
        var available = cluster.DestinationsState.AvailableDestinations.ToHashSet();
        DestinationView[] destinations =
        [
            .. cluster.DestinationsState.AllDestinations
                .OrderBy(destination => destination.DestinationId, StringComparer.OrdinalIgnoreCase)
                .Select(destination => Destination(destination, cluster, known, snapshot, written, available.Contains(destination))),
        ];
        return new ClusterView(
            cluster.ClusterId,
            cluster.Model.Config.LoadBalancingPolicy ?? LoadBalancingPolicies.PowerOfTwoChoices,
            destinations.Count(destination => destination.IsUsable),
            panics.Has(cluster.ClusterId),
            destinations.Sum(destination => destination.InFlight),
            known.Limit.Queued,
            (int)known.Budget.Left(settings.RetryBudget, time.GetTimestamp()),
            sources,
            destinations);
    }

    private DestinationView Destination(
        DestinationState destination,
        ClusterState cluster,
        ClusterResilience known,
        Snapshot snapshot,
        IReadOnlyDictionary<string, DestinationConfig> written,
        bool isAvailable)
    {
        var remembered = known.Of(destination);
        var (breaker, standing) = (remembered.Breaker, remembered.Standing);
        var config = destination.Model.Config;
        var word = snapshot.Words.Of(cluster.ClusterId, destination.DestinationId);
        if (word == OperatorWord.Nothing)
        {
            word = snapshot.Words.Of(cluster.ClusterId, FoundDestinations.ConfiguredIdOf(destination.DestinationId));
        }

        return new DestinationView(
            destination.DestinationId,
            SafeText.Address(config.Address),
            DestinationWeight.Of(written.GetValueOrDefault(destination.DestinationId) ?? config),
            DestinationWeight.Of(config),
            DestinationLocality.PriorityOf(config),
            DestinationLocality.ZoneOf(config),
            word == OperatorWord.Nothing ? null : word,
            new HealthView(Word(destination.Health.Active), Word(destination.Health.Passive)),
            new BreakerView(breaker.State, breaker.OpenUntil, breaker.ConsecutiveFailures),
            new OutlierView(standing.Ejection is not null, standing.Ejection?.Until, standing.Times.Count, standing.Ejection?.Cause),
            destination.ConcurrentRequestCount,
            isAvailable && states.IsUsable(cluster, destination),
            Traffic(remembered),
            Math.Round(remembered.Traffic.Age.TotalSeconds, 1));
    }

    private TrafficView Traffic(DestinationResilience destination)
    {
        var (all, failed) = destination.Traffic.PerSecond(time.GetTimestamp());
        return new TrafficView(
            Math.Round(all, 2), Math.Round(failed, 2), destination.Latency is { IsKnown: true } latency ? Math.Round(1000 * latency.Level, 2) : null);
    }

    private RouteView Route(RouteSnapshot route)
    {
        string[] clusters = route.Split is { } split ? [.. split.Sides.Select(side => side.ClusterId)] : route.Config.ClusterId is { } only ? [only] : [];
        return new RouteView(
            route.Config.RouteId,
            route.Config.Match.Path,
            route.Config.Match.Hosts ?? [],
            route.Config.Match.Methods ?? [],
            route.Split is null ? route.Config.ClusterId : null,
            route.Split?.Sides.ToDictionary(side => side.ClusterId, side => side.Weight),
            clusters.ToDictionary(cluster => cluster, cluster => PerSecond(route.Config.RouteId, cluster)));
    }

    private double PerSecond(string route, string cluster) =>
        yarp.TryGetCluster(cluster, out var state) ? Math.Round(states.Of(state).Routes.PerSecond(route, time.GetTimestamp()), 2) : 0;

    private static string Word(DestinationHealth health) => health.ToString().ToLowerInvariant();
}
