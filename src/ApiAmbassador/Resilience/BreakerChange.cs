namespace ApiAmbassador.Resilience;

/// <summary>What a verdict changed in a <see cref="Breaker"/>. Each change is told to one thread.</summary>
internal enum BreakerChange
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It was closed and opened.</summary>
    Opened,

    /// <summary>A trial succeeded.</summary>
    Closed,

    /// <summary>A trial failed: another break begins.</summary>
    Reopened,
}
