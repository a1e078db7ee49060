using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ApiAmbassador.Observability;

/// <summary>
/// Collects metrics when somebody scrapes them, whether or not anything is exported over OTLP. What is listened to all the time is what an
/// operator asks for first; the framework's other instruments cost each request more than all of ours, and go out over OTLP where it is wanted.
/// </summary>
internal sealed class PrometheusMetrics : IDisposable
{
    /// <summary>How long a scrape waits for those before it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly PrometheusExporter _exporter = new();
    private readonly AmbassadorMetrics _metrics;
    private readonly SnapshotStore _snapshots;
    private readonly TimeProvider _time;
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _provider;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The last text in each format, and when its collection began.</summary>
    private readonly (byte[] Text, long At)[] _last = [([], long.MinValue), ([], long.MinValue)];

    /// <summary>The snapshot of the last collection.</summary>
    private Snapshot? _seen;

    /// <summary>Begins to listen.</summary>
    public PrometheusMetrics(AmbassadorMetrics metrics, SnapshotStore snapshots, IMeterFactory factory, TimeProvider time)
    {
        (_metrics, _snapshots, _time) = (metrics, snapshots, time);
        _reader = new BaseExportingMetricReader(_exporter);
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(static services => services.AddSingleton<IConfiguration>(new ConfigurationManager())) // OTEL_SDK_DISABLED is for OTLP.
            .AddMeters(factory, IsServed)
            .SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddReader(_reader)
            .Build();
        _metrics.Renewed += OnRenewed;
    }

    /// <summary>How it all stands now; null where others kept us waiting for too long. Who waited takes what was collected since he came.</summary>
    public async Task<byte[]?> ReadAsync(bool asOpenMetrics, CancellationToken cancellation)
    {
        var (came, format) = (_time.GetTimestamp(), asOpenMetrics ? 1 : 0);
        if (!await _turn.WaitAsync(Patience, cancellation))
        {
            return null;
        }

        try
        {
            if (_last[format].At < came)
            {
                var now = _time.GetTimestamp();
                _exporter.IsOpenMetrics = asOpenMetrics;
                _last[format] = (Collect(), now);
            }

            return _last[format].Text;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Renewed -= OnRenewed;
        _provider.Dispose();
        _turn.Dispose();
    }

    private byte[] Collect()
    {
        lock (_metrics.Sync)
        {
            // OpenTelemetry gives a histogram that has gone once more, and there may be another of its name already.
            if (!ReferenceEquals(_seen, _snapshots.Current))
            {
                _seen = _snapshots.Current;
                Forget();
            }

            _reader.Collect();
            return _exporter.Take();
        }
    }

    private void OnRenewed(object? sender, EventArgs e) => Forget();

    /// <summary>Lets instruments go that are no more, without a scrape. Under the lock of whoever makes them.</summary>
    private void Forget()
    {
        _exporter.IsSilent = true;
        _reader.Collect();
        _exporter.IsSilent = false;
    }

    /// <summary>
    /// All but what each request would pay for, measured at a fifth of its processor time, and what Prometheus could not tell from a histogram's count.
    /// </summary>
    private static bool IsServed(Instrument instrument) => (instrument.Meter.Name, instrument.Name) switch
    {
        ("System.Net.Http", _) => false,
        (_, "http.server.active_requests" or "kestrel.queued_requests" or "aspnetcore.routing.match_attempts") => false,
        ("System.Runtime", var name) => !name.EndsWith(".count", StringComparison.Ordinal),
        _ => true,
    };
}
