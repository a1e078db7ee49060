using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Observability;

/// <summary>
/// What only the ambassador knows, under the meter <c>ApiAmbassador</c>; requests, connections and the runtime are measured by the
/// framework's own meters. Counts live on the state of what they count and are observed when somebody asks, so that the series of a cluster or
/// destination go when it goes.
/// </summary>
/// <remarks>
/// OpenTelemetry keeps the place of a series that it once saw for as long as the instrument lives, and has so many places. So the instruments are
/// made anew when enough has come and gone: nothing is lost by it, as they hold nothing.
/// </remarks>
internal sealed class AmbassadorMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ApiAmbassador";

    /// <summary>So many series an instrument may have; OpenTelemetry puts those beyond it into one.</summary>
    public const int SeriesMax = 10_000;

    /// <summary>So many clusters, destinations and routes may come before instruments are made anew.</summary>
    public const int NewcomersMax = 1000;

    private readonly IMeterFactory _factory;
    private readonly SnapshotStore _snapshots;
    private readonly ObservedClusters _clusters;
    private readonly InstanceDiscovery _discovery;
    private readonly AccessLog _log;
    private readonly ServedCertificates _certificates;
    private readonly TimeProvider _time;
    private readonly ResilienceStates _states;
    private readonly Count _failuresWithoutRoute = new();
    private readonly Count _applied = new();
    private readonly Count _refused = new();
    private Meter _meter;
    private int _newcomers;
    private volatile bool _isCollected;

    /// <summary>Makes the instruments.</summary>
    public AmbassadorMetrics(
        IMeterFactory factory, SnapshotStore snapshots, IProxyStateLookup yarp, ResilienceStates states, InstanceDiscovery discovery, AccessLog log,
        ServedCertificates certificates, TimeProvider time)
    {
        (_factory, _snapshots, _states, _discovery, _log, _certificates, _time) = (factory, snapshots, states, discovery, log, certificates, time);
        _clusters = new ObservedClusters(yarp, states, snapshots, time);
        _meter = CreateMeter();
    }

    /// <summary>Held while instruments are made anew; whoever holds it sees all of them.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Instruments were made anew; whoever collects only when he is asked has to let the old ones go. Told under <see cref="Sync"/>.</summary>
    public event EventHandler? Renewed;

    /// <summary>Counts a request that no route takes.</summary>
    public void FailedWithoutRoute() => _failuresWithoutRoute.Add();

    /// <summary>Counts a request that a route has brought to a cluster.</summary>
    /// <param name="route">The route as it leads to the cluster.</param>
    /// <param name="failed">Why it could not be served; null where it was.</param>
    public void Ended(RouteModel route, Reason? failed)
    {
        _states.RequestsOf(route).Add();
        if (failed is not null)
        {
            _states.Of(route.Cluster!).Counts.Failures.Add(failed.Name);
        }
    }

    /// <summary>Counts a changed configuration that was put in force.</summary>
    public void ConfigurationApplied() => _applied.Add();

    /// <summary>Counts a changed configuration that was refused.</summary>
    public void ConfigurationRefused() => _refused.Add();

    /// <summary>Lets go what the snapshot in force has not any more.</summary>
    /// <param name="before">The snapshot before.</param>
    /// <param name="after">The one in force.</param>
    public void Changed(Snapshot before, Snapshot after)
    {
        _clusters.ForgetRoutes(after);
        _newcomers += Newcomers(before, after);

        // Nobody has collected since: then there are no series, and instruments made anew would only pile up, as a collection is what lets the old ones go.
        if (_newcomers > NewcomersMax && _isCollected)
        {
            (_newcomers, _isCollected) = (0, false);
            lock (Sync)
            {
                _meter.Dispose();
                _meter = CreateMeter();
                Renewed?.Invoke(this, EventArgs.Empty);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>How many series may be new: a changed cluster is counted, too, as it may have other sources.</summary>
    private static int Newcomers(Snapshot before, Snapshot after)
    {
        var count = after.Routes.Keys.Count(id => !before.Routes.ContainsKey(id));
        foreach (var (id, cluster) in after.Clusters)
        {
            var known = before.Clusters.GetValueOrDefault(id)?.Config;
            if (!ReferenceEquals(known, cluster.Config))
            {
                count += 1 + Newcomers(known, cluster.Config);
            }
        }

        return count;
    }

    private static int Newcomers(ClusterConfig? before, ClusterConfig after) =>
        after.Destinations?.Keys.Count(name => before?.Destinations?.ContainsKey(name) != true) ?? 0;

    /// <summary>Asked with each collection, whoever collects.</summary>
    private Measurement<int> Build()
    {
        _isCollected = true;
        return new(1, new("version", BuildVersion.Version), new("commit", BuildVersion.Commit));
    }

    /// <summary>A meter of the factory's would live as long as it does.</summary>
    private Meter CreateMeter()
    {
        var meter = new Meter(new MeterOptions(MeterName) { Version = BuildVersion.Version, Scope = _factory });
        meter.CreateObservableGauge(
            "ambassador.build", Build,
            description: "Always 1; its attributes say what is running.");
        meter.CreateObservableGauge(
            "ambassador.passthrough", () => _snapshots.Current.Ambassador.Passthrough ? 1 : 0,
            description: "1 while the switch Passthrough turns retries, circuit breakers and limits off.");
        meter.CreateObservableCounter(
            "ambassador.access_log.dropped", () => _log.Dropped, "{line}", "Lines of the access log that standard output did not take in time.");
        meter.CreateObservableGauge(
            "ambassador.configuration.revision", () => _snapshots.Current.Revision, "{revision}", "Configurations put in force since the start.");
        meter.CreateObservableCounter(
            "ambassador.configuration.applied", () => _applied.Value, "{change}", "Changes of the configuration that were put in force.");
        meter.CreateObservableCounter(
            "ambassador.configuration.refused", () => _refused.Value, "{change}", "Changes of the configuration that were refused and changed nothing.");
        meter.CreateObservableCounter(
            "ambassador.failures", () => _clusters.Failures().Append(new(_failuresWithoutRoute.Value, new KeyValuePair<string, object?>("reason", Reason.NoRoute.Name))),
            "{request}", "Requests that could not be served, by the reason that the caller was told.");
        _clusters.AddTo(meter);
        ObservedSources.AddTo(meter, _discovery, _time);
        _certificates.AddTo(meter);
        return meter;
    }
}
