using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Names;

/// <summary>
/// The address of a DNS server as settings have it: <c>10.0.0.2</c>, <c>10.0.0.2:53</c>, <c>fd00::1</c>, <c>[fd00::1]:53</c>. Not a name, for
/// whose address somebody else would have to be asked first.
/// </summary>
internal static class DnsServerAddress
{
    /// <summary>Where DNS servers listen.</summary>
    public const int DefaultPort = 53;

    /// <summary>What is wrong with it, for the operator; null where nothing is.</summary>
    public static string? Problem(string text) =>
        TryParse(text, out _) ? null : $"'{text}' is not the address of a DNS server: it is an IP address with or without a port, as 10.0.0.2, 10.0.0.2:53 or [fd00::1]:53, and not a name";

    /// <summary>Reads it.</summary>
    public static bool TryParse(string text, out IPEndPoint server)
    {
        server = new IPEndPoint(IPAddress.None, 0);
        var (host, port) = Split(text);
        if (!TryParseAddress(host, out var address)
            || (port is not null && address.AddressFamily == AddressFamily.InterNetworkV6 && !text.StartsWith('['))
            || (text.StartsWith('[') && !host.Contains(':', StringComparison.Ordinal))
            || !TryParsePort(port, out var number))
        {
            return false;
        }

        server = new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, number);
        return true;
    }

    /// <summary>An address of one host, as it is usually written: not <c>1</c>, <c>0x7f.1</c> or <c>010.0.0.1</c>, which .NET also takes for one.</summary>
    public static bool TryParseAddress(string text, out IPAddress address)
    {
        if (!IPAddress.TryParse(text, out var parsed)
            || text.StartsWith('[')
            || (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
            || !AddressList.IsHost(parsed))
        {
            address = IPAddress.None;
            return false;
        }

        address = parsed;
        return true;
    }

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? ("", null) : (text[1..end], text[(end + 1)..] is { Length: > 0 } rest ? rest : null) switch
            {
                (var host, null) => (host, null),
                (var host, [':', .. var port]) => (host, port),
                _ => ("", null),
            };
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || colon != text.LastIndexOf(':') ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    private static bool TryParsePort(string? text, out int port)
    {
        port = DefaultPort;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65_535);
    }
}
