using System.Runtime.CompilerServices;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ApiAmbassador.Routing;

/// <summary>Which cluster: on a route with a <c>Split</c>, sends the request to the side that its rule chooses.</summary>
internal sealed class SplitMiddleware(
    RequestDelegate next, SnapshotStore snapshots, IProxyStateLookup clusters, ResilienceStates resilience, ITransformBuilder transforms, Random random)
{
    /// <summary>
    /// A request sent to another cluster needs a route model made for that pair: affinity, transforms and passive health read the
    /// cluster from it. Kept for as long as YARP keeps the route's own.
    /// </summary>
    private readonly ConditionalWeakTable<RouteModel, SplitTarget[]> _targets = [];

    /// <summary>The step.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var snapshot = snapshots.Current;
        if (!snapshot.HasSplits)
        {
            return next(context);
        }

        var route = context.Proxy().Route;
        if (snapshot.Routes.TryGetValue(route.Config.RouteId, out var ours)
            && ours.Split is { } split
            && Choose(context, split) is { } cluster)
        {
            context.ReassignProxyRequest(ModelFor(route, cluster), cluster);
        }

        return next(context);
    }

    /// <summary>The chosen cluster, or null where none of them exists any more: then the route's own stays.</summary>
    private ClusterState? Choose(HttpContext context, SplitRule split)
    {
        var known = 0UL;
        var usable = 0UL;
        for (var i = 0; i < split.Sides.Count; i++)
        {
            if (clusters.TryGetCluster(split.Sides[i].ClusterId, out var cluster))
            {
                known |= 1UL << i;
                usable |= resilience.CanServe(cluster) ? 1UL << i : 0;
            }
        }

        // Without a usable side all are candidates again: the chosen one says 503 and its name.
        var side = split.Fallback ? Choose(context, split, usable) : -1;
        side = side < 0 ? Choose(context, split, known) : side;
        return side >= 0 && clusters.TryGetCluster(split.Sides[side].ClusterId, out var chosen) ? chosen : null;
    }

    private int Choose(HttpContext context, SplitRule split, ulong candidates)
    {
        Span<char> buffer = stackalloc char[CallerKey.LengthMax];
        var key = CallerKey.Of(context, split.Key, buffer);
        return key.IsEmpty ? split.Choose(random.NextDouble(), candidates) : split.Choose(key, candidates);
    }

    private RouteModel ModelFor(RouteModel route, ClusterState cluster)
    {
        if (ReferenceEquals(route.Cluster, cluster))
        {
            return route;
        }

        var targets = _targets.GetValue(route, static _ => []);
        var config = cluster.Model.Config;
        foreach (var target in targets)
        {
            if (ReferenceEquals(target.Config, config))
            {
                return target.Model;
            }
        }

        // A side whose cluster changed takes its old entry's place; two requests doing so at once make the same model twice.
        var made = new SplitTarget(config, new RouteModel(route.Config, cluster, transforms.Build(route.Config, config)));
        _targets.AddOrUpdate(route, [.. targets.Where(target => !ReferenceEquals(target.Model.Cluster, cluster)), made]);
        return made.Model;
    }

    private sealed record SplitTarget(Yarp.ReverseProxy.Configuration.ClusterConfig Config, RouteModel Model);
}
