using System.Net;
using System.Net.NetworkInformation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ApiAmbassador.Discovery;

/// <summary>
/// The guard against the loop: knows where we listen ourselves. In a compose file the ambassador answers to a name that instances had before, so
/// a name that leads back to it is an easy mistake.
/// </summary>
internal sealed class OwnAddresses(IServer server, TimeProvider time)
{
    /// <summary>How long the addresses of the interfaces are believed.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private HashSet<IPAddress> _interfaces = [];
    private long? _seen;

    /// <summary>Whether a connection to there would be one to ourselves. Before we listen nothing is.</summary>
    public bool Has(string host, int port)
    {
        // The ports first: of thousands of instances most are told by that.
        foreach (var listener in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            var bound = BindingAddress.Parse(listener);
            if (bound.Port == port && Leads(host, bound.Host.Trim('[', ']')))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether who connects to a host reaches what is bound to a place. Kestrel takes every name but localhost for all addresses.</summary>
    private bool Leads(string host, string bound)
    {
        var isLocalhost = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        if (!IPAddress.TryParse(host, out var address) && !isLocalhost)
        {
            return false;
        }

        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        var isLoopback = isLocalhost || IsAny(address!) || IPAddress.IsLoopback(address!); // To connect to "any" is to connect to this machine.
        if (bound.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return isLocalhost || IsAny(address!) || address!.Equals(IPAddress.Loopback) || address.Equals(IPAddress.IPv6Loopback);
        }

        if (!IPAddress.TryParse(bound, out var one) || IsAny(one))
        {
            return isLoopback || IsOfThisMachine(address!);
        }

        return isLocalhost || IsAny(address!) ? one.Equals(IPAddress.Loopback) || one.Equals(IPAddress.IPv6Loopback) : one.Equals(address);
    }

    private static bool IsAny(IPAddress? address) => address is not null && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    private bool IsOfThisMachine(IPAddress address)
    {
        if (_seen is not { } seen || time.GetElapsedTime(seen) > Lifetime)
        {
            _seen = time.GetTimestamp();
            _interfaces = [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)];
        }

        return _interfaces.Contains(address);
    }
}
