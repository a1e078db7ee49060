using System.Buffers;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ApiAmbassador.Observability;

/// <summary>
/// Writes metrics as Prometheus reads them: its text format 0.0.4, or OpenMetrics 1.0, which has exemplars besides. Stands in, with
/// <see cref="PrometheusMetrics"/>, for the package OpenTelemetry.Exporter.Prometheus.AspNetCore, which not every package feed carries. Names follow
/// OpenTelemetry's rules for Prometheus: dots become underscores, the unit and <c>_total</c> are said at the end, once.
/// </summary>
internal sealed class PrometheusExporter : BaseExporter<Metric>
{
    /// <summary>Nothing is added to a text of so many letters: more than half a million series.</summary>
    private const int LengthMax = 64 * 1024 * 1024;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\n\"");

    private readonly StringBuilder _labels = new();
    private StringBuilder _text = new();

    /// <summary>Whether OpenMetrics is written.</summary>
    public bool IsOpenMetrics { get; set; }

    /// <summary>Whether what is collected is thrown away.</summary>
    public bool IsSilent { get; set; }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        if (IsSilent)
        {
            return ExportResult.Success;
        }

        // A family is written once, in one place, however many streams it has.
        var metrics = new List<Metric>();
        foreach (var metric in batch)
        {
            metrics.Add(metric);
        }

        foreach (var family in metrics.GroupBy(FamilyOf, StringComparer.Ordinal).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            WriteHead(family.Key, family.First());
            foreach (var metric in family)
            {
                WritePoints(family.Key, metric);
            }
        }

        return ExportResult.Success;
    }

    /// <summary>The text written so far; the next begins anew.</summary>
    public byte[] Take()
    {
        _text.Append(IsOpenMetrics ? "# EOF\n" : "");
        var taken = Encoding.UTF8.GetBytes(_text.ToString());
        _text = new StringBuilder(_text.Length);
        return taken;
    }

    private static bool IsCounter(Metric metric) => metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;

    private static string FamilyOf(Metric metric)
    {
        var name = Clean(metric.Name);
        name = IsCounter(metric) && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;
        var unit = metric.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "1" when metric.MetricType is MetricType.LongGauge or MetricType.DoubleGauge => "ratio",
            "" or "1" or ['{', ..] => "",
            var other => Clean(other),
        };
        return unit.Length == 0 || name.EndsWith($"_{unit}", StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>A name or label of the letters that Prometheus takes.</summary>
    private static string Clean(string name) =>
        string.Create(name.Length, name, static (clean, name) =>
        {
            for (var i = 0; i < clean.Length; i++)
            {
                clean[i] = char.IsAsciiLetter(name[i]) || (i > 0 && char.IsAsciiDigit(name[i])) ? name[i] : '_';
            }
        });

    private void WriteHead(string family, Metric metric)
    {
        var type = metric.MetricType switch
        {
            MetricType.Histogram => "histogram",
            _ when IsCounter(metric) => "counter",
            _ => "gauge",
        };
        var name = type == "counter" && !IsOpenMetrics ? $"{family}_total" : family;
        var help = metric.Description.Split(ClusterTimes.OfCluster)[0]; // What is said of a single stream is not the family's.
        _text.Append("# HELP ").Append(name).Append(' ');
        AppendEscaped(_text, help, escapesQuotes: IsOpenMetrics);
        _text.Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private void WritePoints(string family, Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (_text.Length > LengthMax)
            {
                return;
            }

            var labels = LabelsOf(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.Histogram:
                    WriteHistogram(family, labels, point);
                    break;
                case MetricType.LongSum:
                    Write($"{family}_total", labels).Append(point.GetSumLong()).Append('\n');
                    break;
                case MetricType.DoubleSum:
                    Write($"{family}_total", labels).Append(Number(point.GetSumDouble())).Append('\n');
                    break;
                case MetricType.LongSumNonMonotonic:
                    Write(family, labels).Append(point.GetSumLong()).Append('\n');
                    break;
                case MetricType.DoubleSumNonMonotonic:
                    Write(family, labels).Append(Number(point.GetSumDouble())).Append('\n');
                    break;
                case MetricType.LongGauge:
                    Write(family, labels).Append(point.GetGaugeLastValueLong()).Append('\n');
                    break;
                case MetricType.DoubleGauge:
                    Write(family, labels).Append(Number(point.GetGaugeLastValueDouble())).Append('\n');
                    break;
            }
        }
    }

    private void WriteHistogram(string family, string labels, MetricPoint point)
    {
        var (bucket, first) = ($"{family}_bucket", labels.Length == 0 ? "" : $"{labels},");
        var (count, below) = (0L, double.NegativeInfinity);
        foreach (var part in point.GetHistogramBuckets())
        {
            count += part.BucketCount;
            var bound = Number(part.ExplicitBound);
            bound = IsOpenMetrics && double.IsInteger(part.ExplicitBound) ? $"{bound}.0" : bound;
            Write(bucket, $"{first}le=\"{bound}\"").Append(count);
            AppendExemplar(point, below, part.ExplicitBound);
            _text.Append('\n');
            below = part.ExplicitBound;
        }

        Write($"{family}_sum", labels).Append(Number(point.GetHistogramSum())).Append('\n');
        Write($"{family}_count", labels).Append(point.GetHistogramCount()).Append('\n');
    }

    /// <summary>The trace of one of the bucket's measurements, if one was recorded.</summary>
    private void AppendExemplar(MetricPoint point, double above, double bound)
    {
        if (!IsOpenMetrics || !point.TryGetExemplars(out var exemplars))
        {
            return;
        }

        foreach (ref readonly var exemplar in exemplars)
        {
            if (exemplar.DoubleValue > above && exemplar.DoubleValue <= bound && exemplar.TraceId != default)
            {
                _text.Append($" # {{trace_id=\"{exemplar.TraceId}\",span_id=\"{exemplar.SpanId}\"}} {Number(exemplar.DoubleValue)} ");
                _text.Append(Number(exemplar.Timestamp.ToUnixTimeMilliseconds() / 1000.0));
                return;
            }
        }
    }

    private StringBuilder Write(string name, string labels) =>
        labels.Length == 0 ? _text.Append(name).Append(' ') : _text.Append(name).Append('{').Append(labels).Append("} ");

    private string LabelsOf(ReadOnlyTagCollection tags)
    {
        _labels.Clear();
        foreach (var (key, value) in tags)
        {
            _labels.Append(_labels.Length == 0 ? "" : ",").Append(Clean(key)).Append("=\"");
            AppendEscaped(_labels, value is bool truth ? truth ? "true" : "false" : value?.ToString() ?? "", escapesQuotes: true);
            _labels.Append('"');
        }

        return _labels.ToString();
    }

    private static void AppendEscaped(StringBuilder target, string text, bool escapesQuotes)
    {
        if (!text.AsSpan().ContainsAny(Escaped))
        {
            target.Append(text);
            return;
        }

        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\\' => target.Append(@"\\"),
                '\n' => target.Append(@"\n"),
                '"' when escapesQuotes => target.Append("\\\""),
                _ => target.Append(letter),
            };
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString(),
    };
}
