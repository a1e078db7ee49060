using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Names;

/// <summary>Asks DNS servers for addresses.</summary>
/// <param name="lookup">The servers.</param>
internal sealed class ServerNames(DnsLookup lookup) : INameResolver
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, AddressFamily family, CancellationToken cancellation)
    {
        if (DnsServerAddress.TryParseAddress(name, out var address))
        {
            return AddressList.Of([address], family);
        }

        DnsType[] types = family switch
        {
            AddressFamily.InterNetwork => [DnsType.A],
            AddressFamily.InterNetworkV6 => [DnsType.Aaaa],
            _ => [DnsType.A, DnsType.Aaaa],
        };
        var answers = await lookup.AskAsync(name, types, cancellation);
        if (answers.FirstOrDefault(answer => answer.Problem is not null) is { Problem: { } problem } && !IsWithoutIPv6(answers))
        {
            throw new NameResolutionException(problem);
        }

        return AddressList.Of(answers.SelectMany(answer => answer.Records).OfType<AddressRecord>().Select(record => record.Address), family);
    }

    /// <summary>
    /// One family's failure fails the whole question, because the other's addresses alone might be half of the instances, and the rest would be
    /// given up. But a server that declines AAAA and answers A does not know IPv6 at all.
    /// </summary>
    private static bool IsWithoutIPv6(IReadOnlyList<DnsAnswer> answers) =>
        answers is [{ Records.Count: > 0 }, { Code: DnsCode.Refused or DnsCode.NotImp }];
}
