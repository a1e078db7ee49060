namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One round of one peer.</summary>
/// <param name="Alone">The load it took with the machine to itself: rates and latencies.</param>
/// <param name="Shared">The load it took in short turns with the other peers, for which <paramref name="Cpu"/> is.</param>
/// <param name="Cpu">Processor time over all turns.</param>
internal sealed record Sample(LoadResult Alone, LoadResult Shared, TimeSpan Cpu)
{
    public double CpuMicrosecondsPerRequest => Cpu.TotalMicroseconds / Shared.Requests;

    public long Failed => Alone.Failed + Shared.Failed;
}
