namespace ApiAmbassador.Resilience;

/// <summary>How a request comes to a destination past its <see cref="Breaker"/>.</summary>
internal enum Admission : byte
{
    /// <summary>The breaker is closed: as any other request.</summary>
    Closed,

    /// <summary>The break is over, and this request is the one that is let through to see.</summary>
    Trial,

    /// <summary>The breaker is open. Who goes there all the same, because nobody else is left, reports this.</summary>
    Refused,
}
