namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>What callers speak to a proxy; it speaks HTTP/1.1 to the origin in any case.</summary>
internal enum Inbound
{
    Http1,

    /// <summary>Without TLS, by prior knowledge.</summary>
    Http2,

    /// <summary>HTTP/1.1 over TLS.</summary>
    Tls,
}
