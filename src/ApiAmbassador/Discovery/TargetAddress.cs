using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Discovery;

/// <summary>
/// Reads a target of Prometheus: <c>10.0.0.1:8080</c>, <c>[fd00::1]:8080</c> or <c>node1.internal:8080</c>, the port being optional. Strict, because
/// libraries differ in what they make of the rest: <c>010.0.0.1</c>, <c>1.2.3</c> and <c>0x7f000001</c> are addresses to some.
/// </summary>
internal static class TargetAddress
{
    private const int NameLengthMax = 253;
    private const int LabelLengthMax = 63;
    private const int PortMax = 65_535;

    /// <summary>Names of hosts, and the underscore that compose puts into them (no URL takes one that begins with it).</summary>
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static readonly SearchValues<char> AddressLetters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Reads one.</summary>
    /// <param name="written">The target.</param>
    /// <param name="portElse">Its port where it names none.</param>
    /// <param name="host">An address in its shortest form and without brackets, or a name in lower case and without the dot at its end.</param>
    /// <param name="port">From 1 to 65 535.</param>
    /// <returns>What is wrong, as the end of a sentence about the target and without repeating it; else null.</returns>
    public static string? Read(string written, int portElse, out string host, out int port)
    {
        (host, port) = ("", portElse);
        if (written.Contains('@'))
        {
            return "carries a user or password, which destinations would not get";
        }

        if (written.AsSpan().IndexOfAny('/', '?', '#') >= 0)
        {
            return "is not just host:port; the scheme is the label __scheme__, and requests bring their own path";
        }

        var end = written.StartsWith('[') ? written.IndexOf(']') + 1 : written.IndexOf(':');
        var hostText = end > 0 ? written[..end] : written;
        var rest = written.AsSpan(hostText.Length);
        if (rest.Length > 0 && !IsPort(rest, out port))
        {
            return rest.Count(':') > 1 ? "is no host:port; an IPv6 address stands in brackets" : $"has no port from 1 to {PortMax}";
        }

        return (hostText.StartsWith('[') ? Version6(hostText) : Version4(hostText) ?? Name(hostText)) is { } read && (host = read).Length > 0
            ? null
            : "names no host: neither an IP address nor a name of letters, digits and hyphens";
    }

    private static bool IsPort(ReadOnlySpan<char> rest, out int port)
    {
        port = 0;
        return rest[0] == ':' && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= PortMax;
    }

    /// <summary>Without the index of an interface (<c>%eth0</c>), which means something on one machine only.</summary>
    private static string? Version6(string bracketed)
    {
        var text = bracketed.AsSpan().Trim("[]");
        return text.Length == bracketed.Length - 2 && !text.ContainsAnyExcept(AddressLetters)
            && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.ToString()
            : null;
    }

    /// <summary>Four decimal numbers without zeros before them, which is how an address writes itself.</summary>
    private static string? Version4(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text ? text : null;

    /// <summary>A name whose last part is no number: such a one would be an address, and a broken one.</summary>
    private static string? Name(string text)
    {
        var name = text.EndsWith('.') ? text[..^1] : text;
        if (name.Length is 0 or > NameLengthMax || name.AsSpan().ContainsAnyExcept(NameLetters))
        {
            return null;
        }

        var last = name.AsSpan(name.LastIndexOf('.') + 1);
        if (!last.ContainsAnyExceptInRange('0', '9') || last.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan()[range];
            if (label.Length is 0 or > LabelLengthMax || !char.IsAsciiLetterOrDigit(label[0]) || label[^1] == '-')
            {
                return null;
            }
        }

        return name.ToLowerInvariant();
    }
}
