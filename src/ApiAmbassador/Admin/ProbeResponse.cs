using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ApiAmbassador.Admin;

/// <summary>The JSON body of a probe: the status as a whole, and each check with what it has to say.</summary>
internal static class ProbeResponse
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Writes it.</summary>
    public static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Indented);
        json.WriteStartObject();
        json.WriteString("status", Word(report.Status));
        json.WriteStartObject("checks");
        foreach (var (name, check) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", Word(check.Status));
            if (check.Description is not null)
            {
                json.WriteString("description", check.Description);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
