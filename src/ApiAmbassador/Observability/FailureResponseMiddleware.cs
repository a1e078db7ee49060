using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Observability;

/// <summary>Says why, where YARP could not forward a request. A destination's own answer, whatever its status, passes untouched.</summary>
internal sealed partial class FailureResponseMiddleware(RequestDelegate next, AmbassadorMetrics metrics, ILogger<FailureResponseMiddleware> logger)
{
    /// <summary>The step. A request that YARP answered at once costs no state machine.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var forwarding = next(context);
        return forwarding.IsCompletedSuccessfully ? AfterAsync(context) : AwaitAsync(forwarding, context);
    }

    private async Task AwaitAsync(Task forwarding, HttpContext context)
    {
        await forwarding;
        await AfterAsync(context);
    }

    private Task AfterAsync(HttpContext context)
    {
        if (context.Features.Get<IForwarderErrorFeature>() is not { } failure
            || Reason.Of(failure.Error, failure.Exception, context.Response.StatusCode) is not { } reason)
        {
            return Task.CompletedTask;
        }

        var proxy = context.GetReverseProxyFeature();
        metrics.Failed(reason, proxy.Cluster.Config.ClusterId);
        RequestSpan.Failed(context, reason);

        // The path escaped, so that a caller writes no line of the log; without its query, which may hold secrets.
        LogFailed(
            logger, context.Request.Method, context.Request.Path.ToUriComponent(), reason.Name, proxy.Route.Config.RouteId, proxy.Cluster.Config.ClusterId,
            proxy.ProxiedDestination?.DestinationId ?? "-", failure.Exception?.GetBaseException().Message ?? reason.Title);
        return context.Response.HasStarted ? Task.CompletedTask : FailureResponse.WriteAsync(context, reason);
    }
}
