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
        if (!IPAddress.TryParse(host, out var address))
        {
            return false;
        }

        foreach (var listener in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            var bound = BindingAddress.Parse(listener);
            if (bound.Port == port && (IPAddress.TryParse(bound.Host.Trim('[', ']'), out var one) && !IsAny(one) ? one.Equals(address) : IsOfThisMachine(address)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private bool IsOfThisMachine(IPAddress address)
    {
        if (_seen is not { } seen || time.GetElapsedTime(seen) > Lifetime)
        {
            _seen = time.GetTimestamp();
            _interfaces = [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)];
        }

        return IPAddress.IsLoopback(address) || _interfaces.Contains(address);
    }
}
