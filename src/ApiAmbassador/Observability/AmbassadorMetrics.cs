using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
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

    private readonly Counter<long> _failures;

    /// <summary>Makes the instruments.</summary>
    public AmbassadorMetrics(IMeterFactory factory, SnapshotStore snapshots, IProxyStateLookup yarp)
    {
        var meter = factory.Create(MeterName, BuildVersion.Version);
        meter.CreateObservableGauge(
            "ambassador.build", () => new Measurement<int>(1, new("version", BuildVersion.Version), new("commit", BuildVersion.Commit)),
            description: "Always 1; its attributes say what is running.");
        meter.CreateObservableGauge(
            "ambassador.configuration.revision", () => snapshots.Current.Revision, unit: "{revision}",
            description: "Configurations put in force since the start.");
        meter.CreateObservableGauge(
            "ambassador.destinations", () => yarp.GetClusters().Select(cluster => Of(cluster.ClusterId, cluster.DestinationsState.AllDestinations.Count)),
            unit: "{destination}", description: "Destinations of a cluster.");
        meter.CreateObservableGauge(
            "ambassador.destinations.usable", () => yarp.GetClusters().Select(cluster => Of(cluster.ClusterId, cluster.DestinationsState.AvailableDestinations.Count)),
            unit: "{destination}", description: "Destinations of a cluster that may get requests now.");
        _failures = meter.CreateCounter<long>(
            "ambassador.failures", unit: "{request}", description: "Requests that could not be served, by the reason that the caller was told.");
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

    private static Measurement<int> Of(string cluster, int count) => new(count, new KeyValuePair<string, object?>("cluster", cluster));
}
