namespace ApiAmbassador.WireTests.Chaos;

/// <summary>What a fault means for an instance.</summary>
internal enum Harm
{
    /// <summary>Nothing: it serves as before.</summary>
    None,

    /// <summary>It may serve, but cannot be counted on; whoever is sent to it and fails has used up no attempt.</summary>
    Unsettles,

    /// <summary>Whoever is sent to it loses an attempt.</summary>
    Burns,
}
