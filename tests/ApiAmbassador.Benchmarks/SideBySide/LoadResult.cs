namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>What the load generator saw in one run.</summary>
/// <param name="Requests">Answers received, good or bad.</param>
/// <param name="Duration">From the first connection to the last answer.</param>
/// <param name="Failed">Answers of status 400 and above, timeouts, and connections that failed to connect, read or write.</param>
/// <param name="Latencies">Of each request, where the generator kept a rate; empty otherwise, as they would say only how many callers there were.</param>
internal sealed record LoadResult(long Requests, TimeSpan Duration, long Failed, Latencies Latencies)
{
    public double RequestsPerSecond => Requests / Duration.TotalSeconds;
}
