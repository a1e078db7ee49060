using ApiAmbassador.Balancing;
using ApiAmbassador.Discovery;
using ApiAmbassador.Names;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>What may be set in a cluster's <c>Discovery</c>, and where its destinations are.</summary>
internal static class DiscoveryRule
{
    /// <summary>The largest priority.</summary>
    public const int PriorityMax = 1000;

    private const int ZoneMax = 63;

    /// <summary>Reports everything that is wrong with where its destinations are.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="unknown">Those of its destinations that are not known to be good.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static void CheckDestinations(ClusterSnapshot cluster, IEnumerable<KeyValuePair<string, DestinationConfig>> unknown, ErrorList errors)
    {
        string[] path = ["ReverseProxy", "Clusters", cluster.Config.ClusterId];
        foreach (var (id, destination) in unknown)
        {
            CheckPlace(DestinationLocality.PriorityOf(destination), DestinationLocality.ZoneOf(destination), [.. path, "Destinations", id], errors);
        }

        CheckGap(cluster, path, errors);
    }

    /// <summary>Reports everything that is wrong with its sources.</summary>
    public static void CheckSettings(ClusterSnapshot cluster, ErrorList errors)
    {
        var discovery = cluster.Discovery;
        string[] path = ["ReverseProxy", "Clusters", cluster.Config.ClusterId, "Discovery"];
        errors.CheckRange(discovery.ConfirmEmpty, 1, 1000, [.. path, "ConfirmEmpty"]);
        errors.CheckRange(discovery.MaxDropRatio, 0, 1, [.. path, "MaxDropRatio"]);
        CheckDns(discovery, path, errors);
        if (discovery.File is { Path: null or "" } || (discovery.File is null && errors.IsWritten([.. path, "File"])))
        {
            errors.Add("a source of files needs a Path, as targets/*.json", [.. path, "File"]);
        }

        if (discovery.File?.Path?.Contains('\0', StringComparison.Ordinal) == true)
        {
            errors.Add("a path holds no NUL character", [.. path, "File", "Path"]);
        }

        if (discovery.Http?.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https", Host.Length: > 0 } && errors.IsWritten([.. path, "Http"]))
        {
            errors.Add("a source of this kind needs a Url, as http://registry:8500/targets", [.. path, "Http"]);
        }

        foreach (var source in discovery.Sources())
        {
            CheckSource(source, [.. path, SettingOf(source)], errors);
        }
    }

    private static void CheckDns(DiscoveryOptions discovery, string[] path, ErrorList errors)
    {
        if (errors.IsWritten([.. path, "Dns"]))
        {
            var dns = discovery.Dns ?? new DnsDiscoveryOptions();
            CheckName(dns.Name, "api-backend", [.. path, "Dns"], errors);
            CheckServer(dns.Server, [.. path, "Dns", "Server"], errors);
            errors.CheckRange(dns.PortOrDefault, 1, 65_535, [.. path, "Dns", "Port"]);
            if (dns.Name is { } name && !FollowedName.CanMove(name))
            {
                errors.Add($"'{name}' does not move; write it as a destination's Address", [.. path, "Dns", "Name"]);
            }
        }

        if (errors.IsWritten([.. path, "DnsSrv"]))
        {
            var srv = discovery.DnsSrv ?? new DnsSrvDiscoveryOptions();
            CheckName(srv.Name, "_api._tcp.prod.internal", [.. path, "DnsSrv"], errors);
            CheckServer(srv.Server, [.. path, "DnsSrv", "Server"], errors);
        }
    }

    private static void CheckName(string? name, string example, string[] path, ErrorList errors)
    {
        if (string.IsNullOrEmpty(name))
        {
            errors.Add($"a source of DNS needs a Name, as {example}", path);
        }
        else if (!DnsName.TryNormalise(name, out _))
        {
            errors.Add($"'{SafeText.Address(name)}' is not a host name: letters, digits, hyphens and underscores between dots, without scheme and port", [.. path, "Name"]);
        }
    }

    private static void CheckServer(string? server, string[] path, ErrorList errors)
    {
        if (server is not null && DnsServerAddress.Problem(server) is { } problem)
        {
            errors.Add(problem, path);
        }
    }

    private static void CheckSource(SourceOptions source, string[] path, ErrorList errors)
    {
        if (!source.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase) && !source.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
        {
            errors.Add($"'{source.Scheme}' is not http or https", [.. path, "Scheme"]);
        }

        errors.CheckRange(source.Weight, 1, DestinationOptions.WeightMax, [.. path, "Weight"]);
        errors.CheckRange(source.Refresh, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1), [.. path, "Refresh"], "100 ms to one day");
        CheckPlace(source.Priority, source.Zone, path, errors);
    }

    private static void CheckPlace(int priority, string? zone, string[] path, ErrorList errors)
    {
        errors.CheckRange(priority, 0, PriorityMax, [.. path, "Priority"]);
        CheckZone(zone, path, errors);
    }

    /// <summary>Reports a zone that is none.</summary>
    public static void CheckZone(string? zone, string[] path, ErrorList errors)
    {
        if (zone is not null && (zone.Length is 0 or > ZoneMax || zone.Any(char.IsControl)))
        {
            errors.Add($"a zone is a text of 1 to {ZoneMax} letters", [.. path, "Zone"]);
        }
    }

    /// <summary>A priority that nobody has is a slip of the pen, unless sources may bring somebody who has it.</summary>
    private static void CheckGap(ClusterSnapshot cluster, string[] path, ErrorList errors)
    {
        if (cluster.Discovery.Sources().Any())
        {
            return;
        }

        var next = 0;
        foreach (var group in cluster.Config.Destinations!.GroupBy(destination => DestinationLocality.PriorityOf(destination.Value)).OrderBy(group => group.Key))
        {
            if (group.Key > next && group.Key <= PriorityMax)
            {
                errors.Add($"the priority is {group.Key}, but no destination has {next}; number them from 0 without a gap", [.. path, "Destinations", group.First().Key, "Priority"]);
                return;
            }

            next = Math.Max(next, group.Key + 1);
        }
    }

    private static string SettingOf(SourceOptions source) => source switch
    {
        DnsDiscoveryOptions => nameof(DiscoveryOptions.Dns),
        DnsSrvDiscoveryOptions => nameof(DiscoveryOptions.DnsSrv),
        FileDiscoveryOptions => nameof(DiscoveryOptions.File),
        _ => nameof(DiscoveryOptions.Http),
    };
}
