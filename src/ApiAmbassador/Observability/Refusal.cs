namespace ApiAmbassador.Observability;

/// <summary>A request that we turned away ourselves, before any destination saw it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfter">When it may be worth asking again.</param>
internal sealed record Refusal(Reason Reason, TimeSpan RetryAfter);
