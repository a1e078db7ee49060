using ApiAmbassador.Configuration;
using ApiAmbassador.Names;

namespace ApiAmbassador.Discovery;

/// <summary>The sources as they are in a running ambassador.</summary>
/// <param name="directory">The config directory: paths begin there.</param>
/// <param name="resolvers">Who resolves names.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Spreads questions over time.</param>
internal sealed class SourceFactory(string directory, NameResolvers resolvers, TimeProvider time, Random random) : ISourceFactory
{
    /// <inheritdoc/>
    public IDestinationSource Create(SourceOptions options) => options switch
    {
        DnsDiscoveryOptions dns => new FixedSource([new Instance(dns.Scheme.ToLowerInvariant(), dns.Name!, dns.PortOrDefault, dns.Weight, dns.Priority, dns.Zone)]),
        DnsSrvDiscoveryOptions srv => Polled(new DnsSrvSource(srv, resolvers.Lookup(srv.Server)), srv.Refresh),
        FileDiscoveryOptions file => Polled(new FileSource(file, directory), file.Refresh),
        HttpDiscoveryOptions http => Polled(new HttpSource(http), http.Refresh),
        _ => throw new ArgumentException($"there is no source for {options.GetType().Name}", nameof(options)),
    };

    /// <inheritdoc/>
    public IDestinationSource CreateName(string name, string? server, AddressFamilyOption family, TimeSpan refresh) =>
        Polled(new NameSource(name, family, resolvers.Names(server)), refresh);

    private PolledSource Polled(IPolledSource source, TimeSpan refresh) => new(source, refresh, time, random);
}
