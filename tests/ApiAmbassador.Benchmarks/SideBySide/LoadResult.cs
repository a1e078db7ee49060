namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>What the load generator saw in one run.</summary>
/// <param name="Requests">Answers received, good or bad.</param>
/// <param name="Duration">From the first connection to the last answer.</param>
/// <param name="P50">The median latency.</param>
/// <param name="P99">The latency that one request in a hundred exceeded.</param>
/// <param name="Failed">Answers of status 400 and above, timeouts, and connections that failed to connect, read or write.</param>
internal sealed record LoadResult(long Requests, TimeSpan Duration, TimeSpan P50, TimeSpan P99, long Failed)
{
    public double RequestsPerSecond => Requests / Duration.TotalSeconds;
}
