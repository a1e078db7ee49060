using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Names;

/// <summary>What a resolver answers with is put in one order here, so that a shuffled list is not a new one. Pure.</summary>
internal static class AddressList
{
    /// <summary>Each once, IPv4 before IPv6, by their bytes. Addresses that are no host's are left out: a name that is blocked has 0.0.0.0, and connecting to that is connecting to ourselves.</summary>
    /// <param name="addresses">In any order.</param>
    /// <param name="family">The only family that counts, or <see cref="AddressFamily.Unspecified"/>. An IPv4 address that is written as an IPv6 one is an IPv4 address.</param>
    public static IReadOnlyList<IPAddress> Of(IEnumerable<IPAddress> addresses, AddressFamily family) =>
    [
        .. addresses
            .Select(address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            .Where(address => IsHost(address) && (family == AddressFamily.Unspecified || address.AddressFamily == family))
            .Distinct()
            .Order(Comparer<IPAddress>.Create(Compare)),
    ];

    /// <summary>Whether one host can have it: it is neither unspecified nor many hosts'.</summary>
    public static bool IsHost(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? plain.GetAddressBytes()[0] is not (0 or >= 224)
            : !plain.IsIPv6Multicast && !IPAddress.IPv6Any.Equals(plain);
    }

    private static int Compare(IPAddress one, IPAddress other)
    {
        Span<byte> bytes = stackalloc byte[16], others = stackalloc byte[16];
        one.TryWriteBytes(bytes, out var length);
        other.TryWriteBytes(others, out var otherLength);
        var order = length != otherLength ? length - otherLength : bytes[..length].SequenceCompareTo(others[..otherLength]);
        return order != 0 || length == 4 ? order : one.ScopeId.CompareTo(other.ScopeId);
    }
}
