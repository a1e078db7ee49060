using ApiAmbassador.Observability;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Admin;

/// <summary>What Prometheus scrapes: <c>/metrics</c>.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Where it is.</summary>
    public const string Path = "/metrics";

    private const string PlainText = "text/plain", OpenMetrics = "application/openmetrics-text";

    /// <summary>The formats that it is served in.</summary>
    public static readonly string[] Types = [PlainText, OpenMetrics];

    /// <summary>Maps it.</summary>
    public static void MapMetrics(this WebApplication app, PrometheusMetrics metrics) =>
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], async context =>
        {
            var isOpenMetrics = WantsOpenMetrics(context.Request.Headers.Accept);
            if (await metrics.ReadAsync(isOpenMetrics, context.RequestAborted) is not { } text)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            context.Response.ContentType = isOpenMetrics ? $"{OpenMetrics}; version=1.0.0; charset=utf-8" : $"{PlainText}; version=0.0.4; charset=utf-8";
            context.Response.Headers.Vary = HeaderNames.Accept;
            context.Response.ContentLength = text.Length;
            await context.Response.Body.WriteAsync(text, context.RequestAborted);
        }).DisableHttpMetrics();

    /// <summary>Whether it is asked for by name, in the version that we write, and the plain text is not liked better.</summary>
    internal static bool WantsOpenMetrics(IList<string> accept)
    {
        var (open, plain) = (0.0, 0.0);
        foreach (var type in MediaTypeHeaderValue.TryParseList(accept, out var types) ? types : [])
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase))
            {
                var version = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.Value;
                open = version is null || HeaderUtilities.RemoveQuotes(version.Value) == "1.0.0" ? Math.Max(open, quality) : open;
            }
            else if (type.MediaType.Equals(PlainText, StringComparison.OrdinalIgnoreCase))
            {
                plain = Math.Max(plain, quality);
            }
        }

        return open > 0 && open >= plain;
    }
}
