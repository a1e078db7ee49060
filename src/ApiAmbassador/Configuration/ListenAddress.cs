using System.Globalization;
using System.Net;

namespace ApiAmbassador.Configuration;

/// <summary>An address to listen on.</summary>
/// <param name="IsHttps">Whether TLS is spoken there.</param>
/// <param name="Address">One interface's address; null for all of them.</param>
/// <param name="IsLocalhost">Loopback in both families.</param>
/// <param name="Port">The port; 0 for a free one.</param>
internal sealed record ListenAddress(bool IsHttps, IPAddress? Address, bool IsLocalhost, int Port)
{
    /// <summary>How a program on the same machine reaches it: every interface includes the loopback one.</summary>
    public Uri FromHere => new UriBuilder(IsHttps ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, Host, Port).Uri;

    private string Host =>
        Address is null || Address.Equals(IPAddress.Any) ? IPAddress.Loopback.ToString()
        : Address.Equals(IPAddress.IPv6Any) ? $"[{IPAddress.IPv6Loopback}]"
        : Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]"
        : Address.ToString();

    /// <summary>Reads <c>http://*:8080</c>, <c>https://10.0.0.1:8443</c>, <c>http://localhost:80</c>; returns what is wrong, or null.</summary>
    public static string? TryParse(string text, out ListenAddress? address)
    {
        address = null;
        const string form = "write it as http://*:8080 or http://127.0.0.1:8080";
        var isHttps = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isHttps && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return $"'{SafeText.Address(text)}' is not an address to listen on; {form}";
        }

        if (text.Contains('@'))
        {
            return $"an address to listen on carries no user and password; {form}";
        }

        var rest = text[(isHttps ? 8 : 7)..].TrimEnd('/');
        var (host, port) = (rest, isHttps ? 443 : 80);
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf(']'))
        {
            host = rest[..colon];
            if (!int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > IPEndPoint.MaxPort)
            {
                return $"'{rest[(colon + 1)..]}' in '{text}' is not a port; it is a number from 0 to {IPEndPoint.MaxPort}";
            }
        }

        if (host is "*" or "+")
        {
            address = new ListenAddress(isHttps, Address: null, IsLocalhost: false, port);
        }
        else if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            if (port == 0)
            {
                return $"'{text}' asks for a free port in two address families at once; use http://127.0.0.1:0";
            }

            address = new ListenAddress(isHttps, Address: null, IsLocalhost: true, port);
        }
        else if (IPAddress.TryParse(host, out var ip) && (host.Contains('.') || host.Contains(':'))) // 8080 alone is read as 0.0.31.144.
        {
            address = new ListenAddress(isHttps, ip, IsLocalhost: false, port);
        }
        else
        {
            return $"'{host}' in '{text}' is not an address of this machine; {form}";
        }

        return null;
    }
}
