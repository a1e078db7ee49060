using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>How often: runs the rest of the pipeline, from the pick on, as often as <see cref="AttemptLoop"/> finds right.</summary>
internal sealed class AttemptMiddleware(RequestDelegate next, SnapshotStore snapshots, AttemptServices services)
{
    /// <summary>The step.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        // A reload may have taken the route or the cluster away since the request was matched: it is served as it was found.
        var snapshot = snapshots.Current;
        var proxy = context.GetReverseProxyFeature();
        if (snapshot.Ambassador.Passthrough
            || !snapshot.Routes.TryGetValue(proxy.Route.Config.RouteId, out var route)
            || !snapshot.Clusters.TryGetValue(proxy.Cluster.Config.ClusterId, out var cluster))
        {
            return next(context);
        }

        var loop = new AttemptLoop(context, next, services, route, cluster);
        context.Features.Set(loop);
        return loop.RunAsync();
    }
}

/// <summary>The door of the picked destination: its breaker admits, and its limit.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next)
{
    /// <summary>The step. Who is not admitted goes back to the loop for another pick.</summary>
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<AttemptLoop>() is { } loop && !loop.Admits() ? Task.CompletedTask : next(context);
}
