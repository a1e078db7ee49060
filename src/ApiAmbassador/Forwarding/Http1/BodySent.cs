namespace ApiAmbassador.Forwarding.Http1;

/// <summary>How the sending of a request's body ended.</summary>
/// <param name="End">How.</param>
/// <param name="Exception">What from; null where all of it went.</param>
internal readonly record struct BodySent(BodyEnd End, Exception? Exception);

/// <summary>Who ended the sending of a body.</summary>
internal enum BodyEnd
{
    /// <summary>It was at its end.</summary>
    Complete,

    /// <summary>The caller sent no more, or something wrong.</summary>
    Caller,

    /// <summary>The destination took no more.</summary>
    Destination,

    /// <summary>We did: the exchange was cut.</summary>
    Cut,
}
