using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Resilience;

/// <summary>Admits a request to its cluster, lets it wait for its turn, or turns it away: <see cref="LimitsOptions"/>.</summary>
internal sealed class LimitMiddleware(RequestDelegate next, SnapshotStore snapshots, ResilienceStates states, TimeProvider time)
{
    /// <summary>The step.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var snapshot = snapshots.Current;
        var proxy = context.Proxy();
        return !snapshot.HasLimits
            || snapshot.Ambassador.Passthrough
            || !snapshot.Clusters.TryGetValue(proxy.Cluster.Config.ClusterId, out var cluster)
            || !cluster.Limits.IsSet
                ? next(context)
                : AdmitAsync(context, states.Of(proxy.Route.Cluster!), cluster.Limits);
    }

    private async Task AdmitAsync(HttpContext context, ClusterResilience cluster, LimitsOptions limits)
    {
        bool isAdmitted;
        try
        {
            var entering = cluster.EnterAsync(limits, context.RequestAborted);
            var waits = entering.IsCompleted ? 0 : time.GetTimestamp();
            isAdmitted = await entering;
            if (waits != 0)
            {
                cluster.Times.Wait(time.GetElapsedTime(waits));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // The client left the queue.
        }

        if (!isAdmitted)
        {
            context.Features.Set(new Refusal(Reason.Overflow, limits.QueueTimeout));
            return;
        }

        // Who waited may have been matched before a reload: the destinations are those of now.
        context.Proxy().AvailableDestinations = context.Proxy().Route.Cluster!.DestinationsState.AvailableDestinations;

        try
        {
            await next(context);
        }
        finally
        {
            cluster.Limit.Exit();
        }
    }
}
