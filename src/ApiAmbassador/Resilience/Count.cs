namespace ApiAmbassador.Resilience;

/// <summary>A number that only grows. Safe for all threads.</summary>
internal sealed class Count
{
    private long _value;

    /// <summary>The number now.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Adds one.</summary>
    public void Add() => Interlocked.Increment(ref _value);
}
