namespace ApiAmbassador.Resilience;

/// <summary>The door of the picked destination: its breaker admits, and its limit. Where there is no loop (Passthrough) everybody passes, and is counted.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next, ResilienceStates states, TimeProvider time)
{
    /// <summary>The step. Who is not admitted goes back to the loop for another pick.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Find<AttemptLoop>() is { } loop)
        {
            return loop.Admits() ? next(context) : Task.CompletedTask;
        }

        var proxy = context.Proxy();
        if (proxy is { AvailableDestinations: [var picked, ..], Route.Cluster: { } cluster })
        {
            states.Of(cluster).Of(picked).Traffic.Count(time.GetTimestamp());
        }

        return next(context);
    }
}
