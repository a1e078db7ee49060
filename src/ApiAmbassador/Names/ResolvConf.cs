using System.Globalization;
using System.Net;
using System.Text;

namespace ApiAmbassador.Names;

/// <summary>
/// The system's DNS settings, <c>resolv.conf(5)</c>, with glibc's bounds and its way with what it does not understand: it passes on.
/// </summary>
internal static class ResolvConf
{
    /// <summary>Where it is.</summary>
    public const string DefaultPath = "/etc/resolv.conf";

    private const int FileBytesMax = 64 * 1024;
    private const int ServersMax = 3;
    private const int SearchMax = 32;
    private const int DotsMax = 15;
    private const int TimeoutMax = 30;
    private const int AttemptsMax = 5;

    /// <summary>Reads the file as it is now; one that is not there or may not be read is an empty one.</summary>
    /// <exception cref="NameResolutionException">It is larger than anybody's settings are.</exception>
    public static ResolverSettings Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[FileBytesMax + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= FileBytesMax
                ? Parse(Encoding.Latin1.GetString(bytes, 0, length))
                : throw new NameResolutionException($"{path} is larger than {FileBytesMax / 1024} KiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ResolverSettings();
        }
    }

    /// <summary>Reads its lines. Of <c>search</c> and <c>domain</c> the last one counts; servers after the third do not.</summary>
    public static ResolverSettings Parse(string text)
    {
        var settings = new ResolverSettings();
        var servers = new List<IPEndPoint>();
        foreach (var line in text.Split('\n'))
        {
            // A comment begins a line; there is none behind a value, and an indented keyword is none.
            var words = line.StartsWith(' ') || line.StartsWith('\t') ? [] : line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            settings = words switch
            {
                ["nameserver", var address, ..] => WithServer(settings, servers, address),
                ["search", .. var domains] => settings with { Search = Domains(domains) },
                ["domain", var domain, ..] => settings with { Search = Domains([domain]) },
                ["options", .. var options] => options.Aggregate(settings, WithOption),
                _ => settings,
            };
        }

        return settings;
    }

    private static ResolverSettings WithServer(ResolverSettings settings, List<IPEndPoint> servers, string text)
    {
        if (servers.Count < ServersMax && IPAddress.TryParse(text, out var address) && !text.StartsWith('['))
        {
            // Nobody's address (0.0.0.0, ::) is this machine's for a server.
            servers.Add(new IPEndPoint(Loopback(address), DnsServerAddress.DefaultPort));
            return settings with { Servers = [.. servers] };
        }

        return settings;
    }

    private static IPAddress Loopback(IPAddress address) =>
        address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;

    private static List<string> Domains(IEnumerable<string> words)
    {
        var domains = new List<string>();
        foreach (var word in words.Take(SearchMax))
        {
            if (DnsName.TryNormalise(word, out var domain) || word == ".")
            {
                domains.Add(domain);
            }
        }

        return domains;
    }

    private static ResolverSettings WithOption(ResolverSettings settings, string option)
    {
        var colon = option.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(option.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return settings;
        }

        return option[..colon] switch
        {
            "ndots" => settings with { Dots = Math.Min(number, DotsMax) },
            "timeout" => settings with { Timeout = TimeSpan.FromSeconds(Math.Clamp(number, 1, TimeoutMax)) },
            "attempts" => settings with { Attempts = Math.Clamp(number, 1, AttemptsMax) },
            _ => settings,
        };
    }
}
