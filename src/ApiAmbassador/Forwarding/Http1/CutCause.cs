namespace ApiAmbassador.Forwarding.Http1;

/// <summary>Why an exchange was cut.</summary>
internal enum CutCause
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The caller left, or the time of the request or of the attempt is over.</summary>
    Cancelled,

    /// <summary>Nothing has moved for <c>ActivityTimeout</c>.</summary>
    Idle,

    /// <summary>We gave it up: what is left of it is of no use.</summary>
    GivenUp,
}
