using System.Diagnostics;
using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Http.Features;

namespace ApiAmbassador.Observability;

/// <summary>
/// The client span of one attempt, from its sending to the last byte of its answer. Ours, not the framework's: that one ends with the headers,
/// before anybody knows why an attempt failed, and knows neither cluster nor destination.
/// </summary>
internal static class AttemptSpan
{
    /// <summary>The name of its source.</summary>
    public const string SourceName = "ApiAmbassador";

    private const string Method = "http.request.method", ErrorType = "error.type";

    private static readonly ActivitySource Source = new(SourceName, BuildVersion.Version);

    /// <summary>Whether anybody wants spans.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Begins it; null where this request is not sampled.</summary>
    public static Activity? Start(HttpContext context)
    {
        if (Source.StartActivity("HTTP", ActivityKind.Client) is not { } span)
        {
            return null;
        }

        // The framework has made _OTHER of methods that are unknown.
        if (context.Find<IHttpActivityFeature>()?.Activity.GetTagItem(Method) is string method)
        {
            span.SetTag(Method, method);
            span.DisplayName = method is "_OTHER" ? "HTTP" : method;
        }

        if (context.Find<AttemptLoop>() is { Number: > 1 and var number })
        {
            span.SetTag("http.request.resend_count", number - 1);
        }

        var proxy = context.Proxy();
        span.SetTag("ambassador.cluster", proxy.Cluster.Config.ClusterId);
        span.SetTag("ambassador.destination", proxy.ProxiedDestination?.DestinationId);
        return span;
    }

    /// <summary>The span that a forwarded request belongs to, as it is or as the parent of what the framework has put below it.</summary>
    public static Activity? Of(Activity? current)
    {
        while (current is not null && !ReferenceEquals(current.Source, Source))
        {
            current = current.Parent;
        }

        return current;
    }

    /// <summary>Says where the request goes, when that is settled. A query may hold secrets; that there is one is told as the framework does.</summary>
    public static void Sends(Activity span, Uri target)
    {
        span.SetTag("server.address", target.Host);
        span.SetTag("server.port", target.Port);
        span.SetTag("url.full", $"{target.Scheme}://{target.Authority}{target.AbsolutePath}{(target.Query.Length > 0 ? "?*" : "")}");
    }

    /// <summary>Says how it ended; by OpenTelemetry's conventions for clients a 4xx is an error, too.</summary>
    public static void Ends(Activity span, HttpContext context, Failure? failure)
    {
        var status = context.Response.StatusCode;
        if (failure is null or { Phase: Phase.Body })
        {
            span.SetTag("http.response.status_code", status);
        }

        var error = failure is { } failed ? failed.Reason?.Name ?? RequestFailure.ClientLeft : status >= StatusCodes.Status400BadRequest ? status.ToString() : null;
        if (error is not null)
        {
            span.SetTag(ErrorType, error);
            span.SetTag("ambassador.phase", failure is { } told ? FailureResponse.Word(told.Phase) : null);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
