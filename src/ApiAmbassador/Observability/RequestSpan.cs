using System.Diagnostics;
using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Observability;

/// <summary>What the ambassador adds to the framework's server span.</summary>
internal static class RequestSpan
{
    private const string ErrorType = "error.type", Phase = "ambassador.phase";

    /// <summary>The first step, where spans are exported: says how the request ended and which way it went.</summary>
    public static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Find<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            return;
        }

        // What is known of a request before it is served the framework has said; the rest by OpenTelemetry's conventions for servers.
        var status = context.Response.StatusCode;
        var failure = context.Find<RequestFailure>();
        span.SetTag("http.response.status_code", status);
        span.SetTag(ErrorType, failure?.Reason.Name ?? (status >= StatusCodes.Status500InternalServerError ? status.ToString() : null));
        span.SetTag(Phase, failure?.Phase is { } phase ? FailureResponse.Word(phase) : null);
        if (status >= StatusCodes.Status500InternalServerError || failure?.Phase == Observability.Phase.Body)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }

        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            var method = span.GetTagItem("http.request.method") as string;
            span.SetTag("http.route", route);
            span.DisplayName = $"{(method is null or "_OTHER" ? "HTTP" : method)} {route}";
        }

        if (context.Find<IReverseProxyFeature>() is { } proxy)
        {
            span.SetTag("ambassador.route", proxy.Route.Config.RouteId);
            span.SetTag("ambassador.cluster", proxy.Cluster.Config.ClusterId);
            span.SetTag("ambassador.destination", proxy.ProxiedDestination?.DestinationId);
            span.SetTag("ambassador.attempts", context.Find<AttemptLoop>()?.Number);
        }
    }

    /// <summary>The step of the admin listener: probes come every few seconds and are nobody's request.</summary>
    public static Task ForgetAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Find<IHttpActivityFeature>()?.Activity is { } span)
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        return next(context);
    }

    /// <summary>An event on the span for each attempt that is tried again.</summary>
    public static void Retried(HttpContext context, FailedAttempt attempt)
    {
        if (context.Find<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            span.AddEvent(new ActivityEvent("ambassador.retry", tags: new ActivityTagsCollection
            {
                ["ambassador.attempt"] = attempt.Number,
                ["ambassador.destination"] = attempt.Destination,
                [ErrorType] = attempt.Cause,
                [Phase] = FailureResponse.Word(attempt.Phase),
            }));
        }
    }
}
