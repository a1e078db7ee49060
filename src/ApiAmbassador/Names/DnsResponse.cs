namespace ApiAmbassador.Names;

/// <summary>A server's answer to a question, as it came.</summary>
/// <param name="Code">What it says of the question.</param>
/// <param name="IsTruncated">It did not fit, and its records were not looked at.</param>
/// <param name="Records">Its answer section, as far as we know the types.</param>
internal sealed record DnsResponse(DnsCode Code, bool IsTruncated, IReadOnlyList<DnsRecord> Records);
