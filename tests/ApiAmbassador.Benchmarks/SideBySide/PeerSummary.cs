namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One line of the report; numbers are medians over the rounds.</summary>
/// <param name="Label">The peer.</param>
/// <param name="Cpu">Microseconds of processor time for a request.</param>
/// <param name="CpuQuartiles">Where the middle half of the rounds lay.</param>
/// <param name="RatioOfMedians">Of <paramref name="Cpu"/> to that of the baseline.</param>
/// <param name="PairedRatio">The median of the ratios within each round.</param>
/// <param name="PairedInterval">The 95 % confidence interval of <paramref name="PairedRatio"/>.</param>
/// <param name="RequestsPerSecond">With load generator, peer and origin on the same machine.</param>
/// <param name="P50">In milliseconds.</param>
/// <param name="P99">In milliseconds.</param>
/// <param name="ResidentMegabytes">After the last round.</param>
/// <param name="Failed">Over all rounds.</param>
internal sealed record PeerSummary(
    string Label,
    double Cpu,
    Spread CpuQuartiles,
    double RatioOfMedians,
    double PairedRatio,
    Spread PairedInterval,
    double RequestsPerSecond,
    double P50,
    double P99,
    double ResidentMegabytes,
    long Failed)
{
    public static PeerSummary Of(MeasuredPeer peer, MeasuredPeer baseline)
    {
        var cost = Costs(peer);
        var baselineCost = Costs(baseline);
        double[] pairs = [.. cost.Zip(baselineCost, (mine, theirs) => mine / theirs)];
        return new PeerSummary(
            peer.Label,
            Statistics.Median(cost),
            Statistics.Quartiles(cost),
            Statistics.Median(cost) / Statistics.Median(baselineCost),
            Statistics.Median(pairs),
            Statistics.MedianInterval(pairs),
            Statistics.Median(peer.Samples.Select(sample => sample.Alone.RequestsPerSecond)),
            Statistics.Median(peer.Samples.Select(sample => sample.Alone.P50.TotalMilliseconds)),
            Statistics.Median(peer.Samples.Select(sample => sample.Alone.P99.TotalMilliseconds)),
            peer.ResidentBytes / (1024.0 * 1024),
            peer.Samples.Sum(sample => sample.Failed));
    }

    private static double[] Costs(MeasuredPeer peer) => [.. peer.Samples.Select(sample => sample.CpuMicrosecondsPerRequest)];
}
