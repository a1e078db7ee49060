using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Names;

/// <summary>Turns a host name into addresses: the system's way, or by asking a DNS server.</summary>
internal interface INameResolver
{
    /// <summary>Asks for the addresses of a name, whatever was answered before.</summary>
    /// <param name="name">A host name.</param>
    /// <param name="family"><see cref="AddressFamily.Unspecified"/> for both.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The addresses in order, each once; none where the name has none or does not exist, which is an answer as well.</returns>
    /// <exception cref="NameResolutionException">Nobody could say: no answer in time, refused, server failure, an answer that makes no sense.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, AddressFamily family, CancellationToken cancellation);
}
