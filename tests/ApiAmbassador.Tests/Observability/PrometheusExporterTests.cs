using System.Diagnostics.Metrics;
using System.Text;
using ApiAmbassador.Observability;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ApiAmbassador.Tests.Observability;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Meter _meter = new($"test-{Guid.NewGuid()}");
    private readonly PrometheusExporter _exporter = new();
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _provider;

    public PrometheusExporterTests()
    {
        _reader = new BaseExportingMetricReader(_exporter);
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter(_meter.Name).AddReader(_reader).Build();
    }

    [Theory]
    [InlineData("a.b-c", null, "a_b_c_total 1")]
    [InlineData("spent", "s", "spent_seconds_total 1")]
    [InlineData("spent.seconds", "s", "spent_seconds_total 1")]
    [InlineData("sent.total", "By", "sent_bytes_total 1")]
    [InlineData("requests", "{request}", "requests_total 1")]
    [InlineData("share", "1", "share_total 1")]
    public void Counter_endsWithItsUnitAndTotal_eachOnce(string name, string? unit, string line)
    {
        _meter.CreateObservableCounter(name, () => 1L, unit);

        Lines().ShouldBe([line]);
    }

    [Theory]
    [InlineData("age", "s", 1.5, "age_seconds 1.5")]
    [InlineData("share", "1", 0.25, "share_ratio 0.25")]
    [InlineData("odd", "", double.NaN, "odd NaN")]
    [InlineData("most", "", double.PositiveInfinity, "most +Inf")]
    public void Gauge_saysItsUnit(string name, string unit, double value, string line)
    {
        _meter.CreateObservableGauge(name, () => value, unit);

        Lines().ShouldBe([line]);
    }

    [Fact]
    public void UpDownCounter_isAGauge()
    {
        _meter.CreateUpDownCounter<long>("open").Add(-2);

        Text().ShouldBe("# HELP open \n# TYPE open gauge\nopen -2\n");
    }

    [Fact]
    public void Labels_areEscaped()
    {
        _meter.CreateObservableGauge("g", () => new Measurement<int>(1, new("a.b", "back\\slash \"quote\" new\nline é"), new("1st", true), new("none", null)));

        Lines().ShouldBe(["""g{_st="true",a_b="back\\slash \"quote\" new\nline é",none=""} 1"""]);
    }

    [Theory]
    [InlineData(false, "# HELP c_total of one \\\\ \"kind\"\n# TYPE c_total counter\nc_total 1\n")]
    [InlineData(true, "# HELP c of one \\\\ \\\"kind\\\"\n# TYPE c counter\nc_total 1\n# EOF\n")]
    public void Head_isThatOfTheFormat(bool isOpenMetrics, string text)
    {
        _meter.CreateObservableCounter("c", () => 1, description: "of one \\ \"kind\"");

        Text(isOpenMetrics).ShouldBe(text);
    }

    [Theory]
    [InlineData(false, "1")]
    [InlineData(true, "1.0")]
    public void Histogram_addsUpItsBuckets(bool isOpenMetrics, string bound)
    {
        var histogram = _meter.CreateHistogram("h", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in new[] { 0.5, 0.75, 2 })
        {
            histogram.Record(value, new KeyValuePair<string, object?>("k", "v"));
        }

        Lines(isOpenMetrics).ShouldBe([
            """h_seconds_bucket{k="v",le="0.5"} 1""",
            $$"""h_seconds_bucket{k="v",le="{{bound}}"} 2""",
            """h_seconds_bucket{k="v",le="+Inf"} 3""",
            """h_seconds_sum{k="v"} 3.25""",
            """h_seconds_count{k="v"} 3""",
        ]);
    }

    [Fact]
    public void Family_ofSeveralStreams_hasOneHead()
    {
        using var other = new Meter(_meter.Name);
        _meter.CreateHistogram<int>("h", unit: null, $"What it is{ClusterTimes.OfCluster}a").Record(1, new KeyValuePair<string, object?>("cluster", "a"));
        _meter.CreateObservableGauge("i", () => 1);
        other.CreateHistogram<int>("h", unit: null, $"What it is{ClusterTimes.OfCluster}b").Record(1, new KeyValuePair<string, object?>("cluster", "b"));

        var text = Text();

        text.ShouldStartWith("# HELP h What it is\n# TYPE h histogram\nh_bucket{cluster=\"a\",le=\"0\"} 0\n");
        text.Split("# TYPE h").Length.ShouldBe(2);
        text.IndexOf("h_count{cluster=\"b\"}", StringComparison.Ordinal).ShouldBeInRange(0, text.IndexOf("# HELP i", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }

    private string Text(bool isOpenMetrics = false)
    {
        _exporter.IsOpenMetrics = isOpenMetrics;
        _reader.Collect();
        return Encoding.UTF8.GetString(_exporter.Take());
    }

    private string[] Lines(bool isOpenMetrics = false) => [.. Text(isOpenMetrics).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
}
