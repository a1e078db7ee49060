using System.Globalization;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The one-line configuration: <c>AMBASSADOR_DESTINATIONS="http://v1:8080=90, http://v2:8080=10"</c> makes a cluster <c>api</c> with these
/// destinations and a route <c>api</c> for every path. What a file says of that cluster or route stays, but its destinations are replaced.
/// </summary>
internal static class ShortForm
{
    private const string Variable = "AMBASSADOR_DESTINATIONS";
    private const string Id = "api";

    /// <summary>More than this in one variable is a mistake; a file or discovery is the place for it.</summary>
    private const int DestinationsMax = 1000;

    private static readonly string[] KnownVariables = [Variable, "AMBASSADOR_CONFIG"];

    /// <summary>Lays the short form over everything else, if it is given.</summary>
    public static void Apply(ConfigNode root, ConfigSources sources, List<ConfigError> errors)
    {
        ReportMisspelt(sources, errors);
        if (sources.Variable(Variable) is not { } text)
        {
            return;
        }

        var place = new Place($"environment variable {Variable}");
        var mistakes = new List<ConfigError>();
        var destinations = Destinations(text, place, mistakes);
        if (mistakes.Count > 0)
        {
            // A password may hold commas and equals signs and would be quoted in pieces, so with an @ nothing is quoted.
            const string silent = "cannot be read; an address carries no user and password, as destinations would not get them (not repeated here)";
            errors.AddRange(text.Contains('@') ? [new ConfigError(place, "", silent)] : mistakes);
            return;
        }

        var proxy = root.ChildOrNew("ReverseProxy", place);
        proxy.ChildOrNew("Clusters", place).ChildOrNew(Id, place).Set("Destinations", destinations);
        var route = proxy.ChildOrNew("Routes", place).ChildOrNew(Id, place);
        if (!route.Children.ContainsKey("ClusterId") && !route.Children.ContainsKey("Split"))
        {
            route.Set("ClusterId", ConfigNode.Leaf(Id, place));
        }

        var match = route.ChildOrNew("Match", place);
        if (!match.Children.ContainsKey("Path") && !match.Children.ContainsKey("Hosts"))
        {
            match.Set("Path", ConfigNode.Leaf("{**catch-all}", place));
        }
    }

    /// <summary>The destinations that the text lists, without those that are reported.</summary>
    private static ConfigNode Destinations(string text, Place place, List<ConfigError> errors)
    {
        var destinations = new ConfigNode(place);
        var items = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (items.Length is 0 or > DestinationsMax)
        {
            errors.Add(new ConfigError(place, "", $"holds {items.Length} destinations; it takes 1 to {DestinationsMax}, as http://one:8080, http://two:8080=3"));
            return destinations;
        }

        foreach (var item in items)
        {
            // The last equals sign, because a URL may hold others.
            var equals = item.LastIndexOf('=');
            var (url, weight) = equals < 0 ? (item, null) : (item[..equals].TrimEnd(), item[(equals + 1)..].TrimStart());
            if (DestinationAddress.Problem(url) is { } problem)
            {
                errors.Add(new ConfigError(place, "", problem));
                continue;
            }

            // The address is quoted, which was looked at, and not what follows: it may be the value of a query that was meant as one.
            if (weight is not null && !int.TryParse(weight, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                errors.Add(new ConfigError(place, "", $"the weight of '{url}' is not a whole number; write URL=WEIGHT, as http://one:8080=90"));
                continue;
            }

            var destination = new ConfigNode(place);
            destination.Set("Address", ConfigNode.Leaf(url, place));
            if (weight is not null)
            {
                destination.Set("Weight", ConfigNode.Leaf(weight, place));
            }

            if (!destinations.TryAdd(DestinationAddress.IdOf(new Uri(url)), destination))
            {
                errors.Add(new ConfigError(place, "", $"'{url}' is listed twice"));
            }
        }

        return destinations;
    }

    /// <summary>A variable that is nearly one of ours would otherwise be silence. Others may begin with our name (Kubernetes makes such).</summary>
    private static void ReportMisspelt(ConfigSources sources, List<ConfigError> errors)
    {
        foreach (var name in sources.Variables.Keys)
        {
            if (name.StartsWith("AMBASSADOR_", StringComparison.OrdinalIgnoreCase)
                && !name.Contains("__", StringComparison.Ordinal)
                && !KnownVariables.Contains(name, StringComparer.OrdinalIgnoreCase)
                && Nearest.Find(name["AMBASSADOR_".Length..], KnownVariables.Select(known => known["AMBASSADOR_".Length..])) is { } near)
            {
                errors.Add(new ConfigError(new Place($"environment variable {name}"), "", $"unknown variable; did you mean 'AMBASSADOR_{near}'?"));
            }
        }
    }
}
