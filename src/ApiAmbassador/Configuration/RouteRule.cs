using ApiAmbassador.Routing;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>What may be set in a route.</summary>
internal static class RouteRule
{
    /// <summary>The bits of a machine word, in which a request's usable sides are kept.</summary>
    private const int SidesMax = 64;

    private const double ShareMax = 1_000_000;

    /// <summary>Reports everything that is wrong with it. Returns YARP's part without what was reported.</summary>
    public static RouteConfig Check(RouteSnapshot route, Snapshot snapshot, PolicyOptions started, ErrorList errors)
    {
        var config = route.Config;
        if (route.Split is { } split)
        {
            CheckSplit(config, split, snapshot, errors);
        }
        else if (string.IsNullOrEmpty(config.ClusterId))
        {
            errors.Add("a route needs a ClusterId or a Split, so that its requests go somewhere", Path(config));
        }
        else if (!snapshot.Clusters.ContainsKey(config.ClusterId))
        {
            errors.Add($"there is no cluster '{config.ClusterId}'{Nearest.Hint(config.ClusterId, snapshot.Clusters.Keys)}", [.. Path(config), "ClusterId"]);
        }

        return CheckNames(config, route, snapshot.Ambassador.Policies, started, errors);
    }

    private static void CheckSplit(RouteConfig config, SplitRule split, Snapshot snapshot, ErrorList errors)
    {
        string[] path = [.. Path(config), "Split"];
        if (split.HasClusterIdToo)
        {
            errors.Add("a Split takes the place of ClusterId; remove one of them", [.. Path(config), "ClusterId"]);
        }

        if (split.KeyMistake is { } key)
        {
            errors.Add($"'{key}' is unknown here; write Header:NAME, Cookie:NAME, ClientAddress or None", [.. path, "StickyBy"]);
        }

        foreach (var side in split.Sides)
        {
            if (!snapshot.Clusters.ContainsKey(side.ClusterId))
            {
                errors.Add($"there is no cluster '{side.ClusterId}'{Nearest.Hint(side.ClusterId, snapshot.Clusters.Keys)}", [.. path, "Clusters", side.ClusterId]);
            }

            errors.CheckRange(side.Weight, 0, ShareMax, [.. path, "Clusters", side.ClusterId]);
        }

        if (split.Sides.Count is 0 or > SidesMax)
        {
            errors.Add($"has {split.Sides.Count} clusters; it takes 1 to {SidesMax}, as {{ \"api-v1\": 90, \"api-v2\": 10 }}", [.. path, "Clusters"]);
        }
        else if (split.Sides.All(side => side.Weight == 0))
        {
            errors.Add("every share is 0, so no cluster would get a request; give one a share", [.. path, "Clusters"]);
        }
    }

    /// <summary>Policies that a route names and nobody defined, or somebody after the start.</summary>
    private static RouteConfig CheckNames(RouteConfig config, RouteSnapshot route, PolicyOptions policies, PolicyOptions started, ErrorList errors)
    {
        if (IsUnknown(config.AuthorizationPolicy, "Authorization", policies.Authorization.Keys, started.Authorization.Keys, ["default", "anonymous"], config, errors))
        {
            config = config with { AuthorizationPolicy = null };
        }

        if (IsUnknown(config.CorsPolicy, "Cors", policies.Cors.Keys, started.Cors.Keys, ["default", "disable"], config, errors))
        {
            config = config with { CorsPolicy = null };
        }

        if (IsUnknown(config.RateLimiterPolicy, "RateLimiter", policies.RateLimiter.Keys, started.RateLimiter.Keys, ["default", "disable"], config, errors))
        {
            config = config with { RateLimiterPolicy = null };
        }

        if (IsUnknown(config.TimeoutPolicy, "Timeout", policies.Timeout.Keys, started.Timeout.Keys, ["disable"], config, errors))
        {
            config = config with { TimeoutPolicy = null };
        }

        IsUnknown(route.OutputCachePolicy, "OutputCache", policies.OutputCache.Keys, started.OutputCache.Keys, ["disable"], config, errors);
        return config;
    }

    private static bool IsUnknown(
        string? name, string kind, IEnumerable<string> defined, IEnumerable<string> made, ReadOnlySpan<string> reserved, RouteConfig config, ErrorList errors)
    {
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        string[] known = [.. defined, .. reserved];
        if (defined.Contains(name, StringComparer.OrdinalIgnoreCase) && !made.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add($"policy '{name}' is new, and policies take effect with a restart; restart, or name it later", [.. Path(config), kind + "Policy"]);
            return true;
        }

        if (known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        errors.Add(
            $"there is no policy '{name}'{Nearest.Hint(name, known)} (Ambassador:Policies:{kind} defines them)", [.. Path(config), kind + "Policy"]);
        return true;
    }

    private static string[] Path(RouteConfig config) => ["ReverseProxy", "Routes", config.RouteId];
}
