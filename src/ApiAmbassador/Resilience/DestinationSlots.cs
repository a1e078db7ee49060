namespace ApiAmbassador.Resilience;

/// <summary>The attempts that one destination has at the moment. It belongs to one <see cref="ConcurrencyLimit"/>, whose lock guards it.</summary>
internal sealed class DestinationSlots
{
    private int _taken;

    /// <summary>Slots taken now.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Slots free under a limit; none, not fewer, where a reload set the limit below what is taken.</summary>
    internal int Free(int limit) => Math.Max(0, limit - _taken);

    internal void Take() => _taken++;

    internal void Release() => _taken--;
}
