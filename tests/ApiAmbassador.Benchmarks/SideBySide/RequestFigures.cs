namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>What requests through one peer cost and take; numbers are medians over the rounds.</summary>
/// <param name="Cpu">Microseconds of processor time of the proxy for a request.</param>
/// <param name="CpuQuartiles">Where the middle half of the rounds lay.</param>
/// <param name="ToBare">Its cost beside that of bare YARP; null where that was not measured.</param>
/// <param name="ToHAProxy">Its cost beside that of HAProxy; null where that was not measured.</param>
/// <param name="RequestsPerSecond">With load generator, proxy and origin on the same machine.</param>
/// <param name="P50">At the rate of the case, in milliseconds; so are the next two.</param>
/// <param name="P99">One request in a hundred took longer.</param>
/// <param name="P999">One in a thousand took longer; of fewer than a thousand in a round it is the longest.</param>
/// <param name="FailedRatio">Of all requests that callers sent.</param>
internal sealed record RequestFigures(
    double Cpu, Spread CpuQuartiles, Ratio? ToBare, Ratio? ToHAProxy, double RequestsPerSecond, double P50, double P99, double P999, double FailedRatio)
{
    public static RequestFigures Of(MeasuredPeer peer, MeasuredPeer? bare, MeasuredPeer? haproxy)
    {
        var costs = Costs(peer);
        return new RequestFigures(
            Statistics.Median(costs),
            Statistics.Quartiles(costs),
            bare is null ? null : Ratio.Of(costs, Costs(bare)),
            haproxy is null ? null : Ratio.Of(costs, Costs(haproxy)),
            Statistics.Median(peer.Samples.Select(sample => sample.Alone.RequestsPerSecond)),
            Percentile(peer, 0.5),
            Percentile(peer, 0.99),
            Percentile(peer, 0.999),
            (double)peer.Samples.Sum(sample => sample.Failed) / peer.Samples.Sum(sample => sample.Requests));
    }

    private static double Percentile(MeasuredPeer peer, double fraction) => Statistics.Median(peer.Samples.Select(sample => sample.AtRate.Latencies.Percentile(fraction)));

    private static double[] Costs(MeasuredPeer peer) => [.. peer.Samples.Select(sample => sample.CpuMicrosecondsPerRequest)];
}
