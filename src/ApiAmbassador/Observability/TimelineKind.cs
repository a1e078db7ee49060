namespace ApiAmbassador.Observability;

/// <summary>What sort of thing happened.</summary>
internal enum TimelineKind
{
    /// <summary>A configuration was put in force.</summary>
    Reload,

    /// <summary>A change was refused, and nothing changed.</summary>
    Refused,

    /// <summary>Destinations came, went or moved.</summary>
    Destination,

    /// <summary>A source of instances failed, answers again, or said something that is not believed yet.</summary>
    Discovery,

    /// <summary>Probes found a destination sick or well.</summary>
    Health,

    /// <summary>A circuit breaker opened or closed.</summary>
    Breaker,

    /// <summary>A destination was ejected for doing worse than the others, or let in again.</summary>
    Outlier,

    /// <summary>So few of a cluster are well that its health is ignored, or no longer is.</summary>
    Panic,

    /// <summary>A destination that left finishes what it has.</summary>
    Drain,

    /// <summary>An operator said something.</summary>
    Operator,

    /// <summary>The ambassador started, drains or stops.</summary>
    Lifecycle,
}
