namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One round of one peer.</summary>
/// <param name="Alone">As much load as it took with the machine to itself: rates.</param>
/// <param name="AtRate">The same load for all peers: latencies.</param>
/// <param name="Shared">The load it took in short turns with the other peers, for which <paramref name="Cpu"/> is.</param>
/// <param name="Cpu">Processor time over all turns.</param>
internal sealed record Sample(LoadResult Alone, LoadResult AtRate, LoadResult Shared, TimeSpan Cpu)
{
    public double CpuMicrosecondsPerRequest => Cpu.TotalMicroseconds / Shared.Requests;

    public long Requests => Alone.Requests + AtRate.Requests + Shared.Requests;

    public long Failed => Alone.Failed + AtRate.Failed + Shared.Failed;
}
