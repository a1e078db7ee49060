using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>How often: runs the rest of the pipeline, from the pick on, as often as <see cref="AttemptLoop"/> finds right.</summary>
internal sealed class AttemptMiddleware(RequestDelegate next, SnapshotStore snapshots, ResilienceStates states, AttemptServices services)
{
    /// <summary>By YARP's model of a route, of which there is one for each cluster that the route leads to.</summary>
    private readonly ConditionalWeakTable<RouteModel, AttemptPlan> _plans = [];

    /// <summary>The step.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var snapshot = snapshots.Current;
        var proxy = context.Proxy();
        var route = proxy.Route;
        if (PlanOf(route, snapshot) is not { } plan)
        {
            return next(context);
        }

        if (snapshot.Ambassador.Passthrough)
        {
            plan.Traffic.Count(services.Time.GetTimestamp());
            if (plan.HasPriorities && proxy.AvailableDestinations.Count > 1)
            {
                proxy.AvailableDestinations = FirstThatAreThere(plan.State.Priorities.Of(plan.ClusterState.DestinationsState, snapshot.Ambassador.Zone)) ?? proxy.AvailableDestinations;
            }

            return next(context);
        }

        var loop = new AttemptLoop(context, proxy, plan);
        context.Features.Set(loop);
        return loop.RunAsync();
    }

    private static IReadOnlyList<DestinationState>? FirstThatAreThere(ImmutableArray<PriorityGroup> groups)
    {
        foreach (var group in groups)
        {
            if (group.Available.Count > 0)
            {
                return group.Available;
            }
        }

        return null;
    }

    /// <summary>Null where a reload has taken the route or the cluster away since the request was matched: it is served as it was found.</summary>
    private AttemptPlan? PlanOf(RouteModel route, Snapshot snapshot)
    {
        if (_plans.TryGetValue(route, out var known) && ReferenceEquals(known.Snapshot, snapshot))
        {
            return known;
        }

        if (!snapshot.Routes.TryGetValue(route.Config.RouteId, out var ours) || !snapshot.Clusters.TryGetValue(route.Cluster!.ClusterId, out var cluster))
        {
            return null;
        }

        var made = new AttemptPlan(snapshot, ours, cluster, route.Cluster, states.Of(route.Cluster), services, next);
        _plans.AddOrUpdate(route, made);
        return made;
    }
}
