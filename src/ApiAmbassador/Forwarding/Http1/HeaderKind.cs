namespace ApiAmbassador.Forwarding.Http1;

/// <summary>What a header of an answer is to us.</summary>
internal enum HeaderKind
{
    /// <summary>The caller's.</summary>
    Passes,

    /// <summary>Of this connection only, or YARP passes it on neither.</summary>
    Stays,

    /// <summary>How long the body is.</summary>
    ContentLength,

    /// <summary>How the body is cut.</summary>
    TransferEncoding,

    /// <summary>Whether the connection ends.</summary>
    Connection,

    /// <summary>For how long it does not.</summary>
    KeepAlive,
}
