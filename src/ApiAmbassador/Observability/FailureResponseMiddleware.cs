using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

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
        var proxy = context.Proxy();
        var refusal = context.Find<Refusal>();
        var error = context.Find<IForwarderErrorFeature>();
        var loop = context.Find<AttemptLoop>();
        var attempt = (refusal, error) switch
        {
            ({ } refused, _) => new FailedAttempt(loop?.Number ?? 1, Destination: null, Phase.Queue, refused.Reason, Status: 0),
            (_, { } failed) when loop?.LastFailure is null => Judge(context, failed) is { Reason: { } judged } failure
                ? new FailedAttempt(1, proxy.ProxiedDestination?.DestinationId, failure.Phase, judged, Status: 0) : null,
            (_, not null) => loop!.LastFailure,
            _ => RefusedBefore(context, proxy),
        };
        var reason = attempt?.Reason;
        metrics.Ended(proxy.Route, reason);
        if (reason is null)
        {
            return Task.CompletedTask;
        }

        context.Features.Set(new RequestFailure(reason, attempt!.Phase));

        // The path escaped, so that a caller writes no line of the log; without its query, which may hold secrets.
        LogFailed(
            logger, context.Request.Method, context.Request.Path.ToUriComponent(), reason.Name, proxy.Route.Config.RouteId, proxy.Cluster.Config.ClusterId,
            attempt.Destination ?? "-", attempt.Number, attempt.Phase, error?.Exception?.GetBaseException().Message ?? reason.Title);
        return context.Response.HasStarted ? Task.CompletedTask : FailureResponse.WriteAsync(context, reason, attempt, refusal?.RetryAfter);
    }

    /// <summary>What the error that YARP reports tells; null where the answer came through all the same.</summary>
    internal static Failure? Judge(HttpContext context, IForwarderErrorFeature error) =>
        Failure.Of(error.Error, error.Exception, HasTimedOut(context) ? StatusCodes.Status504GatewayTimeout : context.Response.StatusCode);

    /// <summary>A route's <c>Timeout</c> cancels the request as a client that leaves does, and YARP takes it for one (400).</summary>
    private static bool HasTimedOut(HttpContext context) =>
        context.Find<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true;

    /// <summary>Session affinity's <c>Return503Error</c> ends a request before there is a destination, and without a word of why.</summary>
    private static FailedAttempt? RefusedBefore(HttpContext context, IReverseProxyFeature proxy) =>
        proxy.ProxiedDestination is null && context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable
            ? new FailedAttempt(1, Destination: null, Phase.Queue, Reason.NoHealthyUpstream, Status: 0) : null;
}
