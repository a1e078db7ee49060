using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace ApiAmbassador.Observability;

/// <summary>Which meters are listened to, and how their series are told apart: the same for OTLP and for Prometheus.</summary>
internal static class MeterViews
{
    /// <summary>So many streams there may be: each instrument is one, and each cluster has two of its own.</summary>
    private const int StreamsMax = 10_000;

    /// <summary>So many series the framework's instruments about the process and its connections may have; they need a few dozen.</summary>
    private const int FewSeriesMax = 200;

    private static readonly string[] Meters =
    [
        AmbassadorMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing",
        "System.Net.Http", "System.Net.NameResolution", "System.Runtime",
    ];

    /// <summary>
    /// What tells requests to destinations apart. Not the destination's address: addresses come and go with containers, and each would
    /// leave a series behind for as long as the process lives.
    /// </summary>
    private static readonly string[] ClientTags =
        ["http.request.method", "http.response.status_code", "error.type", "network.protocol.version", "url.scheme", "http.connection.state"];

    /// <summary>Listens to the process's instruments and to those of one application; the admin's are nobody's requests.</summary>
    /// <param name="metrics">Who listens.</param>
    /// <param name="application">The factory of the application's meters.</param>
    /// <param name="isWanted">Leaves instruments out, which then cost nothing; null for none.</param>
    public static MeterProviderBuilder AddMeters(this MeterProviderBuilder metrics, IMeterFactory application, Func<Instrument, bool>? isWanted = null) => metrics
        .AddMeter(Meters)
        .SetMaxMetricStreams(StreamsMax)
        .AddView(instrument =>
            (instrument.Meter.Scope is IMeterFactory other && !ReferenceEquals(other, application)) || isWanted?.Invoke(instrument) == false
                ? MetricStreamConfiguration.Drop
                : ViewOf(instrument));

    private static MetricStreamConfiguration? ViewOf(Instrument instrument) => (instrument.Meter.Name, instrument.Name) switch
    {
        ("System.Net.Http", _) => new() { TagKeys = ClientTags },
        ("System.Net.NameResolution", _) => new() { TagKeys = ["error.type"] }, // Names as well come and go.
        ("System.Runtime" or "Microsoft.AspNetCore.Server.Kestrel", _) => new() { CardinalityLimit = FewSeriesMax },
        (AmbassadorMetrics.MeterName, ClusterTimes.AttemptDuration or ClusterTimes.QueueWait) => new() { CardinalityLimit = 1 },
        (AmbassadorMetrics.MeterName, ObservedClusters.Attempts or ObservedClusters.InFlight or ObservedClusters.Circuit or ObservedClusters.Openings) =>
            new() { CardinalityLimit = AmbassadorMetrics.SeriesMax },
        _ => null,
    };
}
