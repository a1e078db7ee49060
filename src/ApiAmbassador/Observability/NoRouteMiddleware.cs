namespace ApiAmbassador.Observability;

/// <summary>The end of the pipeline: what no route takes.</summary>
internal sealed class NoRouteMiddleware(RequestDelegate next, AmbassadorMetrics metrics)
{
    /// <summary>Says so.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        _ = next; // Nothing comes after.
        metrics.FailedWithoutRoute();
        context.Features.Set(new RequestFailure(Reason.NoRoute, Phase: null));
        return FailureResponse.WriteAsync(context, Reason.NoRoute);
    }
}
