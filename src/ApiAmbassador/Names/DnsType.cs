namespace ApiAmbassador.Names;

/// <summary>The types of DNS records that are read here, by their numbers on the wire.</summary>
internal enum DnsType : ushort
{
    /// <summary>An IPv4 address (RFC 1035).</summary>
    A = 1,

    /// <summary>Another name for the name (RFC 1035).</summary>
    Cname = 5,

    /// <summary>An IPv6 address (RFC 3596).</summary>
    Aaaa = 28,

    /// <summary>A service's host and port, with priority and weight (RFC 2782).</summary>
    Srv = 33,

    /// <summary>Not data, but what the sender is capable of: EDNS (RFC 6891).</summary>
    Opt = 41,
}
