using System.Diagnostics.Metrics;

namespace ApiAmbassador.Observability;

/// <summary>
/// How long attempts at one cluster take, and how long requests wait for their turn there. A histogram cannot be observed when somebody asks, as
/// everything else is; so each cluster has a meter of its own, and its series go with it. Nobody listens: nothing is kept.
/// </summary>
internal sealed class ClusterTimes : IDisposable
{
    /// <summary>Separates what is said of the instrument from what is said of the cluster: OpenTelemetry tells streams of one name apart by their descriptions.</summary>
    public const string OfCluster = "; cluster ";

    /// <summary>The instruments' names.</summary>
    public const string AttemptDuration = "ambassador.attempt.duration", QueueWait = "ambassador.queue.wait";

    /// <summary>In seconds: those of OpenTelemetry's conventions for HTTP.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _attempts;
    private readonly Histogram<double> _waits;
    private readonly KeyValuePair<string, object?> _cluster;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Says whose they are.</param>
    /// <param name="cluster">The cluster's id.</param>
    public ClusterTimes(IMeterFactory meters, string cluster)
    {
        _cluster = new("cluster", cluster);
        _meter = new Meter(new MeterOptions(AmbassadorMetrics.MeterName) { Version = BuildVersion.Version, Scope = meters });
        _attempts = _meter.CreateHistogram(
            AttemptDuration, "s", $"Time from the beginning of an attempt to the headers of its answer, or to its failure{OfCluster}{cluster}", tags: null, Seconds);
        _waits = _meter.CreateHistogram(
            QueueWait, "s", $"Time that requests waited for their turn at a cluster with limits, admitted or turned away{OfCluster}{cluster}", tags: null, Seconds);
    }

    /// <summary>An attempt took so long.</summary>
    public void Attempt(TimeSpan time) => _attempts.Record(time.TotalSeconds, _cluster);

    /// <summary>A request waited so long.</summary>
    public void Wait(TimeSpan time) => _waits.Record(time.TotalSeconds, _cluster);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
