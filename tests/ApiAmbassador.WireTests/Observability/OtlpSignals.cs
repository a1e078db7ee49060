namespace ApiAmbassador.WireTests.Observability;

/// <summary>A span as it was exported.</summary>
public sealed record OtlpSpan(
    string TraceId, string SpanId, string ParentId, string Name, long Kind, IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, string> Resource)
{
    /// <summary>The kinds' numbers.</summary>
    public const long Server = 2, Client = 3;
}

/// <summary>A data point of a metric as it was exported: a number, or a histogram with its count as the value and the bounds of its buckets.</summary>
public sealed record OtlpPoint(
    string Metric, double Value, IReadOnlyList<double> Bounds, IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, string> Resource);

/// <summary>A log entry as it was exported.</summary>
public sealed record OtlpLog(string Body, string Severity, string TraceId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Reads export requests. The numbers are those of the OTLP specification's fields.</summary>
internal static class OtlpSignals
{
    public static IEnumerable<OtlpSpan> Spans(ProtoMessage request) =>
        from source in request.Messages(1)
        let resource = Resource(source)
        from scope in source.Messages(2)
        from span in scope.Messages(2)
        select new OtlpSpan(span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Whole(6), Attributes(span, 9), resource);

    public static IEnumerable<OtlpPoint> Points(ProtoMessage request) =>
        from source in request.Messages(1)
        let resource = Resource(source)
        from scope in source.Messages(2)
        from metric in scope.Messages(2)
        from point in PointsOf(metric)
        select point with { Metric = metric.Text(1), Resource = resource };

    public static IEnumerable<OtlpLog> Logs(ProtoMessage request) =>
        from source in request.Messages(1)
        from scope in source.Messages(2)
        from entry in scope.Messages(2)
        select new OtlpLog(entry.Messages(5).Select(Value).SingleOrDefault() ?? "", entry.Text(3), entry.Hex(9), Attributes(entry, 6));

    /// <summary>A gauge (5) or a sum (7) holds numbers, a histogram (9) counts; each a list of points.</summary>
    private static IEnumerable<OtlpPoint> PointsOf(ProtoMessage metric)
    {
        var none = new Dictionary<string, string>();
        var numbers = metric.Messages(5).Concat(metric.Messages(7)).SelectMany(data => data.Messages(1))
            .Select(point => new OtlpPoint("", point.Has(6) ? point.Whole(6) : point.Real(4), [], Attributes(point, 7), none));
        var histograms = metric.Messages(9).SelectMany(data => data.Messages(1))
            .Select(point => new OtlpPoint("", point.Whole(4), point.Doubles(7), Attributes(point, 9), none));
        return numbers.Concat(histograms);
    }

    private static Dictionary<string, string> Resource(ProtoMessage source) =>
        source.Messages(1).Select(resource => Attributes(resource, 1)).SingleOrDefault() ?? [];

    private static Dictionary<string, string> Attributes(ProtoMessage message, int number) =>
        message.Messages(number).ToDictionary(pair => pair.Text(1), pair => pair.Messages(2).Select(Value).SingleOrDefault() ?? "");

    private static string Value(ProtoMessage any) => any switch
    {
        _ when any.Has(2) => any.Whole(2) != 0 ? "true" : "false",
        _ when any.Has(3) => any.Whole(3).ToString(),
        _ when any.Has(4) => any.Real(4).ToString(),
        _ => any.Text(1),
    };
}
