using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>The sources as they are in a running ambassador.</summary>
internal sealed class SourceFactory(TimeProvider time, Random random) : ISourceFactory
{
    /// <inheritdoc/>
    public IDestinationSource Create(SourceOptions options) => options switch
    {
        DnsDiscoveryOptions dns => new FixedSource([new Instance(dns.Scheme, dns.Name!, dns.PortOrDefault, dns.Weight, dns.Priority, dns.Zone)]),
        _ => throw new NotSupportedException(),
    };

    /// <inheritdoc/>
    public IDestinationSource CreateName(string name, string? server, AddressFamilyOption family, TimeSpan refresh) => throw new NotSupportedException();
}
