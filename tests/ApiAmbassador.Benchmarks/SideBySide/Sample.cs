namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One measurement of one peer: the load it took and the processor time that took.</summary>
internal sealed record Sample(LoadResult Load, TimeSpan Cpu)
{
    public double CpuMicrosecondsPerRequest => Cpu.TotalMicroseconds / Load.Requests;
}
