using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Admin;

/// <summary>
/// The first step of every request to the admin listener: nothing is cached or guessed at, and what is not reading must be allowed by
/// <see cref="ChangeRule"/> before anything else looks at it. There is no CORS: no other origin's page is meant to read this.
/// </summary>
internal static class AdminGuard
{
    /// <summary>What proxies leave behind, one or the other.</summary>
    private static readonly string[] ProxyMarks = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    /// <summary>Adds it.</summary>
    public static void UseAdminGuard(this WebApplication app, SnapshotStore snapshots, RefusedAttempts refused)
    {
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.CacheControl = "no-store";
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || Refuse(context, snapshots) is not { } refusal)
            {
                return next(context);
            }

            refused.Add(context.Connection.RemoteIpAddress, refusal);
            return WriteAsync(context, refusal);
        });

        // Answers without a body, as of a path that is not there, get one.
        app.UseStatusCodePages(static status => TypedResults
            .Problem(Sentence(status), statusCode: status.HttpContext.Response.StatusCode)
            .ExecuteAsync(status.HttpContext));
    }

    private static ChangeRefusal? Refuse(HttpContext context, SnapshotStore snapshots)
    {
        var (token, problem) = AdminTokenRule.Read(snapshots.Current.Ambassador.Admin);
        if (problem is not null)
        {
            return new ChangeRefusal(StatusCodes.Status503ServiceUnavailable, $"nobody may change anything: {problem}");
        }

        var headers = context.Request.Headers;
        return ChangeRule.Refuse(
            new ChangeRequest(
                context.Connection.RemoteIpAddress,
                context.Request.Scheme,
                context.Request.Host,
                Text(headers, HeaderNames.Origin),
                Text(headers, "Sec-Fetch-Site"),
                ProxyMarks.Any(headers.ContainsKey),
                Text(headers, HeaderNames.Authorization),
                Text(headers, HeaderNames.ContentType)),
            token);
    }

    private static string? Text(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) ? values.ToString() : null;

    private static Task WriteAsync(HttpContext context, ChangeRefusal refusal)
    {
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return TypedResults.Problem(refusal.Detail, statusCode: refusal.Status).ExecuteAsync(context);
    }

    private static string Sentence(StatusCodeContext status) => status.HttpContext.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "there is nothing of this name; GET /api/openapi.json tells what there is",
        StatusCodes.Status405MethodNotAllowed => $"this takes {status.HttpContext.Response.Headers.Allow}",
        _ => "the request was not understood",
    };
}
