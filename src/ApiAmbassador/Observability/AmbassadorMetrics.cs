using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy;

namespace ApiAmbassador.Observability;

/// <summary>
/// What only the ambassador knows, under the meter <c>ApiAmbassador</c>; requests, connections and the runtime are measured by the
/// framework's own meters. States are observed when somebody asks, so that the series of a cluster go when it goes.
/// </summary>
internal sealed class AmbassadorMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ApiAmbassador";

    /// <summary>So many sources are measured; OpenTelemetry would put those beyond its own bound into one series.</summary>
    private const int SourcesMax = 1000;

    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _deniedRetries;
    private readonly Counter<long> _refused;

    /// <summary>Makes the instruments.</summary>
    public AmbassadorMetrics(
        IMeterFactory factory, SnapshotStore snapshots, IProxyStateLookup yarp, ResilienceStates states, InstanceDiscovery discovery, AccessLog log, TimeProvider time)
    {
        var meter = factory.Create(MeterName, BuildVersion.Version);
        meter.CreateObservableGauge(
            "ambassador.build", () => new Measurement<int>(1, new("version", BuildVersion.Version), new("commit", BuildVersion.Commit)),
            description: "Always 1; its attributes say what is running.");
        meter.CreateObservableGauge(
            "ambassador.configuration.revision", () => snapshots.Current.Revision, unit: "{revision}",
            description: "Configurations put in force since the start.");
        _refused = meter.CreateCounter<long>(
            "ambassador.configuration.refused", unit: "{change}", description: "Changes of the configuration that were refused and changed nothing.");
        meter.CreateObservableGauge(
            "ambassador.destinations", () => yarp.GetClusters().Select(cluster => Of(cluster.ClusterId, cluster.DestinationsState.AllDestinations.Count)),
            unit: "{destination}", description: "Destinations of a cluster.");
        meter.CreateObservableGauge(
            "ambassador.destinations.usable", () => yarp.GetClusters().Select(cluster => Of(cluster.ClusterId, states.UsableCount(cluster))),
            unit: "{destination}", description: "Destinations of a cluster that may get requests now.");
        _failures = meter.CreateCounter<long>(
            "ambassador.failures", unit: "{request}", description: "Requests that could not be served, by the reason that the caller was told.");
        _retries = meter.CreateCounter<long>(
            "ambassador.retries", unit: "{attempt}", description: "Attempts after a request's first, by what was wrong with the one before.");
        _deniedRetries = meter.CreateCounter<long>(
            "ambassador.retries.denied", unit: "{attempt}", description: "Attempts that would have been right, and for which the cluster's retry budget had nothing left.");
        meter.CreateObservableGauge(
            "ambassador.passthrough", () => snapshots.Current.Ambassador.Passthrough ? 1 : 0,
            description: "1 while the switch Passthrough turns retries, circuit breakers and limits off.");
        meter.CreateObservableCounter("ambassador.access_log.dropped", () => log.Dropped, unit: "{line}", description: "Lines of the access log that standard output did not take in time.");
        meter.CreateObservableGauge(
            "ambassador.destinations.circuit_open", () => yarp.GetClusters().Select(cluster => Of(cluster.ClusterId, states.Of(cluster).OpenCount)),
            unit: "{destination}", description: "Destinations of a cluster whose circuit breaker is open.");
        meter.CreateObservableGauge(
            "ambassador.requests.queued", () => yarp.GetClusters().Select(cluster => Of(cluster.ClusterId, states.Of(cluster).Limit.Queued)),
            unit: "{request}", description: "Requests that wait for their turn at a cluster with limits.");
        meter.CreateObservableGauge(
            "ambassador.discovery.age",
            () => Sources(discovery).Where(source => source.State.GoodAt is not null).Select(source => Of(source, (time.GetUtcNow() - source.State.GoodAt!.Value).TotalSeconds)),
            unit: "s", description: "Since the last good answer of a source of instances.");
        meter.CreateObservableGauge(
            "ambassador.discovery.instances", () => Sources(discovery).Select(source => Of(source, source.State.List.Count)),
            unit: "{instance}", description: "Instances that a source is believed to name.");
        meter.CreateObservableGauge(
            "ambassador.discovery.held", () => Sources(discovery).Select(source => Of(source, source.State.Held)),
            unit: "{instance}", description: "Instances that are believed although their source names them no more.");
        meter.CreateObservableCounter(
            "ambassador.discovery.errors", () => Sources(discovery).Select(source => Of(source, source.State.Errors)),
            unit: "{answer}", description: "Bad answers of a source of instances, or none in time.");
    }

    /// <summary>Counts a request that could not be served.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="cluster">Its cluster's id; null where there was none.</param>
    public void Failed(Reason reason, string? cluster)
    {
        if (cluster is null)
        {
            _failures.Add(1, new KeyValuePair<string, object?>("reason", reason.Name));
        }
        else
        {
            _failures.Add(1, new("reason", reason.Name), new("cluster", cluster));
        }
    }

    /// <summary>Counts a retry.</summary>
    /// <param name="cause">What was wrong with the attempt before: a reason or a status.</param>
    /// <param name="cluster">The cluster's id.</param>
    public void Retried(string cause, string cluster) => _retries.Add(1, new("reason", cause), new("cluster", cluster));

    /// <summary>Counts a retry for which the budget had nothing left.</summary>
    public void RetryDenied(string cluster) => _deniedRetries.Add(1, new KeyValuePair<string, object?>("cluster", cluster));

    /// <summary>Counts a changed configuration that was refused.</summary>
    public void ConfigurationRefused() => _refused.Add(1);

    private static IEnumerable<(FeedId Id, FeedState State, string? Problem)> Sources(InstanceDiscovery discovery) => discovery.States.Take(SourcesMax);

    private static Measurement<T> Of<T>((FeedId Id, FeedState State, string? Problem) source, T value)
        where T : struct =>
        new(value, new("cluster", source.Id.Cluster), new("kind", source.Id.Kind), new("source", source.Id.Name));

    private static Measurement<int> Of(string cluster, int count) => new(count, new KeyValuePair<string, object?>("cluster", cluster));
}
