using System.Net;

namespace ApiAmbassador.Admin;

/// <summary>Who is at the other end of the admin listener, as far as that is known.</summary>
internal static class Caller
{
    /// <summary>The address as people write it.</summary>
    public static string Name(IPAddress? address) =>
        address is null ? "an unknown address" : $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}";
}
