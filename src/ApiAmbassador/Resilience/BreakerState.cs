namespace ApiAmbassador.Resilience;

/// <summary>The state of a <see cref="Breaker"/>.</summary>
internal enum BreakerState
{
    /// <summary>Requests pass.</summary>
    Closed,

    /// <summary>It blocks: during the break, and after it until a request comes that can be the trial.</summary>
    Open,

    /// <summary>It blocks, and one request is under way to see.</summary>
    HalfOpen,
}
