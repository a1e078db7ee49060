using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The third step of the control path: everything that is wrong with a snapshot, at once. Ours is checked by rules of ours, one file a
/// part; YARP's by YARP's own validator, less what our rules say better.
/// </summary>
internal sealed class SnapshotValidator(CheckedConfigs known, PolicyNames names, RoutePatternRule patterns, PoliciesAtStart started, ITransformBuilder transforms)
{
    /// <summary>All errors, each with its place; empty when the snapshot may be applied.</summary>
    public async Task<IReadOnlyList<ConfigError>> ValidateAsync(Snapshot snapshot, Gathered gathered)
    {
        var errors = new ErrorList(gathered.Root);
        AmbassadorRule.Check(snapshot.Ambassador, gathered.Root.Find("Kestrel", "Certificates", "Default") is not null, errors);
        PolicyRule.Check(snapshot.Ambassador.Policies, errors);

        // Where a source could not be read, that is the news: the routes may be in it.
        if (snapshot.Routes.Count == 0 && gathered.Errors.Count == 0)
        {
            errors.Add("there is no route, so no request would go anywhere; write a route file (config/README.md) or set AMBASSADOR_DESTINATIONS=http://host:port");
        }

        foreach (var cluster in snapshot.Clusters.Values.Where(cluster => !known.IsGood(cluster)).OrderBy(cluster => cluster.Config.ClusterId, StringComparer.Ordinal))
        {
            ClusterRule.CheckDestinations(cluster, known.NewDestinations(cluster.Config), errors);
            if (!known.HasGoodSettings(cluster))
            {
                await CheckSettingsAsync(cluster, errors);
            }
        }

        foreach (var route in snapshot.Routes.Values.OrderBy(route => route.Config.RouteId, StringComparer.Ordinal))
        {
            // What it names may have gone even where the route stayed.
            var rest = RouteRule.Check(route, snapshot, started.Options, errors);
            CheckBearer(rest, gathered.Root, errors);
            if (!IsKnown(route, snapshot))
            {
                RetrySettingsRule.Check(route, snapshot, errors);
                await CheckRouteAsync(rest, errors);
            }
        }

        if (errors.Errors.Count == 0)
        {
            known.Remember(snapshot);
        }

        return errors.Errors;
    }

    private async Task CheckSettingsAsync(ClusterSnapshot cluster, ErrorList errors)
    {
        var rest = ClusterRule.CheckSettings(cluster, names, errors);
        foreach (var error in await known.ValidateClusterAsync(rest))
        {
            errors.Add(Text(error), "ReverseProxy", "Clusters", rest.ClusterId);
        }
    }

    /// <summary>Whether it was found good together with the settings of the clusters that it leads to.</summary>
    private bool IsKnown(RouteSnapshot route, Snapshot snapshot)
    {
        if (!known.IsGood(route))
        {
            return false;
        }

        foreach (var side in route.Split?.Sides ?? [])
        {
            if (!IsKnown(side.ClusterId, snapshot))
            {
                return false;
            }
        }

        return route.Split is not null || IsKnown(route.Config.ClusterId ?? "", snapshot);
    }

    private bool IsKnown(string cluster, Snapshot snapshot) => snapshot.Clusters.TryGetValue(cluster, out var its) && known.HasGoodSettings(its);

    private async Task CheckRouteAsync(RouteConfig route, ErrorList errors)
    {
        patterns.Check(route, errors);
        var found = await known.ValidateRouteAsync(route);
        foreach (var error in found)
        {
            errors.Add(Text(error), "ReverseProxy", "Routes", route.RouteId);
        }

        if (found.Count == 0)
        {
            BuildTransforms(route, errors);
        }
    }

    /// <summary>Without anybody to know users by, the framework would answer every request of the route with 500.</summary>
    private void CheckBearer(RouteConfig route, ConfigNode root, ErrorList errors)
    {
        if (route.AuthorizationPolicy is { Length: > 0 } policy
            && !policy.Equals("anonymous", StringComparison.OrdinalIgnoreCase)
            && !(BearerScheme.IsSet(root) && started.HasBearer))
        {
            errors.Add(
                "an AuthorizationPolicy needs Authentication:Schemes:Bearer, which says whose tokens are good"
                + (BearerScheme.IsSet(root) ? "; it is new, and takes effect with a restart" : ""),
                "ReverseProxy", "Routes", route.RouteId, "AuthorizationPolicy");
        }
    }

    /// <summary>
    /// Some mistakes in transforms, as a bad pattern in <c>PathPattern</c>, YARP finds only when it builds them, which is when it applies
    /// the configuration: too late to refuse it.
    /// </summary>
    private void BuildTransforms(RouteConfig route, ErrorList errors)
    {
        try
        {
            transforms.Build(route, cluster: null);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or RoutePatternException)
        {
            errors.Add(e.Message, "ReverseProxy", "Routes", route.RouteId, "Transforms");
        }
    }

    /// <summary>YARP's sentence, with the reason that it keeps in the inner exception.</summary>
    private static string Text(Exception error) =>
        error.InnerException is { } inner ? $"{error.Message} {inner.Message}" : error.Message;
}
