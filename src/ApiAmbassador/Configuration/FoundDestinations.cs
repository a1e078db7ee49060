using System.Net;
using ApiAmbassador.Balancing;
using ApiAmbassador.Discovery;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>What was found, as a layer over the configured destinations of a cluster. Pure.</summary>
internal static class FoundDestinations
{
    /// <summary>
    /// The destinations that there are: each address behind a configured name in place of the name, as <c>NAME[ADDRESS]</c>, and what sources name, as
    /// <c>scheme://host:port</c>. A name without an address is left out, unless nothing else is there: then it stays, so that callers are told what is
    /// wrong with it, and served at the moment when it has one again. A name's weight is shared by its addresses.
    /// </summary>
    /// <param name="configured">What is configured, by id.</param>
    /// <param name="names">Which of them stand for the addresses of a name.</param>
    /// <param name="found">What was found.</param>
    public static Dictionary<string, DestinationConfig> Over(
        IReadOnlyDictionary<string, DestinationConfig> configured, IReadOnlyDictionary<string, FollowedName> names, FoundCluster found)
    {
        var destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var unknown = new List<string>();
        foreach (var (id, destination) in configured)
        {
            if (!names.TryGetValue(id, out var name))
            {
                destinations[id] = destination;
            }
            else if (found.Addresses.TryGetValue(id, out var addresses))
            {
                var shared = destination with { Metadata = DestinationWeight.With(destination.Metadata, DestinationWeight.Of(destination) / addresses.Count) };
                foreach (var address in addresses)
                {
                    destinations[$"{id}[{address}]"] = At(shared, name.Host, address);
                }
            }
            else if (!found.Looping.Contains(id))
            {
                unknown.Add(id);
            }
        }

        foreach (var (instance, name) in found.Instances)
        {
            var host = HostOf(instance.Host);
            destinations.TryAdd($"{instance.Scheme}://{host}:{instance.Port}", Discovered(instance, host, name));
        }

        foreach (var id in destinations.Count == 0 ? unknown : [])
        {
            destinations[id] = configured[id];
        }

        return destinations;
    }

    /// <summary>The configured destination for one of whose addresses another stands; its own id where it stands for itself.</summary>
    public static string ConfiguredIdOf(string id) => id.EndsWith(']') && id.IndexOf('[', StringComparison.Ordinal) is var open and > 0 ? id[..open] : id;

    /// <summary>A configured destination at one of the addresses of its name, which stays the Host header and TLS server name.</summary>
    private static DestinationConfig At(DestinationConfig destination, string name, string address)
    {
        var uri = new Uri(destination.Address);
        return destination with
        {
            Address = Moved(uri, address),
            Host = destination.Host ?? (uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}"),

            // Where probes go to a port of their own on the same host, they go with it.
            Health = Uri.TryCreate(destination.Health, UriKind.Absolute, out var health) && health.IdnHost.Equals(name, StringComparison.OrdinalIgnoreCase)
                ? Moved(health, address)
                : destination.Health,
        };
    }

    private static string Moved(Uri uri, string address) => new UriBuilder(uri) { Host = HostOf(address) }.Uri.AbsoluteUri;

    private static DestinationConfig Discovered(Instance instance, string host, string? name)
    {
        var isDefaultPort = instance.Port == (instance.Scheme == Uri.UriSchemeHttps ? 443 : 80);
        return new DestinationConfig
        {
            Address = $"{instance.Scheme}://{host}:{instance.Port}/",
            Host = name is null ? null : isDefaultPort ? name : $"{name}:{instance.Port}",
            Metadata = DestinationWeight.With(DestinationLocality.With(metadata: null, instance.Priority, instance.Zone), instance.Weight),
        };
    }

    private static string HostOf(string address) =>
        IPAddress.TryParse(address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address;
}
