using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Observability;

/// <summary>What metrics tell of routes, clusters and destinations, read from their state.</summary>
internal sealed class ObservedClusters(IProxyStateLookup yarp, ResilienceStates states, SnapshotStore snapshots, TimeProvider time)
{
    /// <summary>The names of the instruments that have series for each destination.</summary>
    public const string Attempts = "ambassador.attempts", InFlight = "ambassador.destination.in_flight", Circuit = "ambassador.destination.circuit",
        Openings = "ambassador.destination.circuit.openings";

    /// <summary>What the last attempt of a request that was tried again came to, by <see cref="Verdict"/>.</summary>
    private static readonly string[] Outcomes = ["neutral", "success", "failure"];

    /// <summary>Requests that could not be served.</summary>
    public IEnumerable<Measurement<long>> Failures() => Causes(counts => counts.Failures);

    /// <summary>Forgets what routes have brought that lead to the cluster no more.</summary>
    public void ForgetRoutes(Snapshot snapshot)
    {
        foreach (var cluster in yarp.GetClusters())
        {
            states.Of(cluster).Counts.Forget(
                static (id, now) => !(now.Snapshot.Routes.TryGetValue(id, out var route) && Leads(route, now.Cluster)), (Snapshot: snapshot, Cluster: cluster.ClusterId));
        }
    }

    /// <summary>Adds the instruments.</summary>
    public void AddTo(Meter meter)
    {
        AddClusters(meter);
        AddRetries(meter);
        AddDestinations(meter);
        meter.CreateObservableCounter(
            "ambassador.requests",
            () => yarp.GetClusters().SelectMany(cluster => states.Of(cluster).Counts.Requests.Select(entry =>
                new Measurement<long>(entry.Requests.Value, new("route", entry.Route), new("cluster", cluster.ClusterId)))),
            "{request}", "Requests that a route has brought to a cluster, which a split may have chosen.");
        meter.CreateObservableGauge(
            "ambassador.split.share",
            () => snapshots.Current.Routes.Values.Where(route => route.Split is not null).SelectMany(route => route.Split!.Sides.Select(side =>
                new Measurement<double>(side.Weight / route.Split.Sides.Sum(other => other.Weight), new("route", route.Config.RouteId), new("cluster", side.ClusterId)))),
            description: "The share of a route's requests that its split gives to a cluster, from 0 to 1, as it is configured.");
    }

    private void AddClusters(Meter meter)
    {
        void Destinations(string name, string description, Func<ClusterState, ClusterResilience, int> count) => meter.CreateObservableGauge(
            name, () => yarp.GetClusters().Select(cluster => new Measurement<int>(count(cluster, states.Of(cluster)), Of(cluster))), "{destination}", description);

        Destinations("ambassador.destinations", "Destinations of a cluster.", (cluster, _) => cluster.DestinationsState.AllDestinations.Count);
        Destinations("ambassador.destinations.usable", "Destinations of a cluster that are usable: neither drained nor unhealthy nor ejected nor cut off.", (cluster, _) => states.UsableCount(cluster));
        Destinations(
            "ambassador.destinations.healthy", "Destinations of a cluster that no health check finds unhealthy.",
            (cluster, _) => cluster.DestinationsState.AllDestinations.Count(destination => destination.Health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy }));
        Destinations("ambassador.destinations.ejected", "Destinations of a cluster that are out by their own bad record.", (_, known) => known.EjectedCount);
        Destinations(
            "ambassador.destinations.drained", "Destinations of a cluster of weight 0, by an operator's word or as configured.",
            (cluster, known) => cluster.DestinationsState.AllDestinations.Count(destination => known.Of(destination).Weight == 0));
        Destinations("ambassador.destinations.circuit_open", "Destinations of a cluster whose circuit breaker is open.", (_, known) => known.OpenCount);
        meter.CreateObservableGauge(
            "ambassador.requests.queued", () => yarp.GetClusters().Select(cluster => new Measurement<int>(states.Of(cluster).Limit.Queued, Of(cluster))),
            "{request}", "Requests that wait for their turn at a cluster with limits.");
    }

    private void AddRetries(Meter meter)
    {
        meter.CreateObservableCounter(
            "ambassador.retries", () => Causes(counts => counts.Retries),
            "{attempt}", "Attempts after a request's first, by what was wrong with the one before.");
        meter.CreateObservableCounter(
            "ambassador.retries.denied", () => yarp.GetClusters().Select(cluster => new Measurement<long>(states.Of(cluster).Counts.DeniedRetries.Value, Of(cluster))),
            "{attempt}", "Attempts that would have been right, and for which the cluster's retry budget had nothing left.");
        meter.CreateObservableGauge("ambassador.retries.budget", Budgets, "{attempt}", "Retries that the cluster's budget has left now.");
        meter.CreateObservableCounter(
            "ambassador.requests.retried",
            () => yarp.GetClusters().SelectMany(cluster => states.Of(cluster).Counts.Retried.Select((count, verdict) =>
                new Measurement<long>(count.Value, Of(cluster), new("outcome", Outcomes[verdict])))),
            "{request}", "Requests that were tried again, by what came of their last attempt.");
    }

    private void AddDestinations(Meter meter)
    {
        meter.CreateObservableCounter(
            Attempts, AllAttempts, "{attempt}", "Attempts at a destination by their outcome: success, the destination's failure, or neutral; and why.");
        meter.CreateObservableGauge(
            InFlight, () => PerDestination((destination, _) => destination.ConcurrentRequestCount),
            "{request}", "Requests that a destination has under way.");
        meter.CreateObservableGauge(
            Circuit, () => PerDestination((_, known) => (int)known.Breaker.State),
            description: "A destination's circuit breaker: 0 closed, 1 open, 2 on trial.");
        meter.CreateObservableCounter(
            Openings, () => PerDestination((_, known) => known.Counts.Openings.Value),
            "{opening}", "How often a destination's circuit breaker has opened.");
    }

    private IEnumerable<Measurement<double>> Budgets()
    {
        var (clusters, now) = (snapshots.Current.Clusters, time.GetTimestamp());
        foreach (var cluster in yarp.GetClusters())
        {
            if (clusters.TryGetValue(cluster.ClusterId, out var settings))
            {
                yield return new Measurement<double>(states.Of(cluster).Budget.Left(settings.RetryBudget, now), Of(cluster));
            }
        }
    }

    private IEnumerable<Measurement<long>> Causes(Func<ClusterCounts, CauseCounts> causes) =>
        yarp.GetClusters().SelectMany(cluster => causes(states.Of(cluster).Counts).All.Select(entry =>
            new Measurement<long>(entry.Count, new("reason", entry.Cause), Of(cluster))));

    private IEnumerable<Measurement<long>> AllAttempts()
    {
        foreach (var cluster in yarp.GetClusters())
        {
            var known = states.Of(cluster);
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                var (counts, name) = (known.Of(destination).Counts, new KeyValuePair<string, object?>("destination", destination.DestinationId));
                yield return new Measurement<long>(counts.Successes.Value, Of(cluster), name, new("outcome", "success"));
                foreach (var (cause, count) in counts.Failures.All)
                {
                    yield return new Measurement<long>(count, Of(cluster), name, new("outcome", "failure"), new("reason", cause));
                }

                foreach (var (cause, count) in counts.Neutral.All)
                {
                    yield return new Measurement<long>(count, Of(cluster), name, new("outcome", "neutral"), new("reason", cause));
                }
            }
        }
    }

    private IEnumerable<Measurement<T>> PerDestination<T>(Func<DestinationState, DestinationResilience, T> value)
        where T : struct
    {
        foreach (var cluster in yarp.GetClusters())
        {
            var known = states.Of(cluster);
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                yield return new Measurement<T>(value(destination, known.Of(destination)), Of(cluster), new("destination", destination.DestinationId));
            }
        }
    }

    private static bool Leads(RouteSnapshot route, string cluster) =>
        route.Split?.Sides.Any(side => string.Equals(side.ClusterId, cluster, StringComparison.OrdinalIgnoreCase))
            ?? string.Equals(route.Config.ClusterId, cluster, StringComparison.OrdinalIgnoreCase);

    private static KeyValuePair<string, object?> Of(ClusterState cluster) => new("cluster", cluster.ClusterId);
}
