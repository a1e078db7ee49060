namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>How long requests took, in microseconds.</summary>
internal sealed class Latencies
{
    private readonly long[] _sorted;

    public Latencies(IEnumerable<long> microseconds) => _sorted = [.. microseconds.Order()];

    public static Latencies None { get; } = new([]);

    /// <summary>
    /// A caller that waits for an answer does not send what is due meanwhile, and so hides the wait of those requests (coordinated omission).
    /// They are added: where one took longer than the interval of its caller, those due while it lasted waited for an interval less each
    /// (as HdrHistogram's <c>recordValueWithExpectedInterval</c> does it).
    /// </summary>
    /// <param name="microseconds">As they were measured, from the moment of sending.</param>
    /// <param name="interval">Microseconds between the requests of one caller.</param>
    public static Latencies WithOmitted(IEnumerable<long> microseconds, long interval) =>
        new(microseconds.SelectMany(latency => Enumerable.Range(0, 1 + (int)(latency / interval)).Select(missed => latency - (missed * interval))));

    /// <summary>In milliseconds: so long or shorter took this fraction of the requests.</summary>
    public double Percentile(double fraction) => _sorted.Length == 0 ? 0 : _sorted[(int)Math.Ceiling(fraction * _sorted.Length) - 1] / 1_000.0;
}
