using System.Net.Sockets;
using ApiAmbassador.Configuration;
using ApiAmbassador.Names;

namespace ApiAmbassador.Discovery;

/// <summary>The addresses of one host name, as instances of which neither scheme nor port is known.</summary>
internal sealed class NameSource(string name, AddressFamilyOption family, INameResolver resolver) : IPolledSource
{
    private readonly AddressFamily _family = family switch
    {
        AddressFamilyOption.IPv4 => AddressFamily.InterNetwork,
        AddressFamilyOption.IPv6 => AddressFamily.InterNetworkV6,
        _ => AddressFamily.Unspecified,
    };

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(CancellationToken cancellation) =>
        SourceAnswer.Listed([.. (await resolver.ResolveAsync(name, _family, cancellation)).Select(address => new Instance("", address.ToString(), 0))]);
}
