using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Admin;

/// <summary>The API of the admin listener, on one page. Who may do what is asked before, by <see cref="AdminGuard"/>.</summary>
internal static class AdminApi
{
    /// <summary>Events in an answer, where nobody says how many.</summary>
    private const int EventsDefault = 100;

    /// <summary>Maps it over the data application's services.</summary>
    public static void MapAdminApi(this WebApplication app, IServiceProvider data, ConfigSources sources)
    {
        var status = ActivatorUtilities.CreateInstance<StatusReader>(data);
        var operators = ActivatorUtilities.CreateInstance<OperatorEndpoints>(data, status);
        var stream = ActivatorUtilities.CreateInstance<EventStream>(data, status, app.Lifetime);
        var timeline = data.GetRequiredService<Timeline>();
        var snapshots = data.GetRequiredService<SnapshotStore>();

        var api = app.MapGroup("/api").DisableHttpMetrics();
        api.MapGet("/status", () => TypedResults.Ok(status.Read()));
        api.MapGet("/config", () => snapshots.Current is { Revision: > 0, Written: { } root } current
            ? TypedResults.Json(Explanation.Of(current, root, sources).Select(SettingView.Of))
            : (IResult)TypedResults.Problem("no configuration is in force yet", statusCode: StatusCodes.Status503ServiceUnavailable));
        api.MapGet("/events", (long? after, int? limit) =>
            TypedResults.Ok(Events(timeline, after, Math.Clamp(limit ?? EventsDefault, 0, Timeline.EntriesMax))));
        api.MapGet("/stream", stream.InvokeAsync);
        api.MapGet("/openapi.json", () => TypedResults.Stream(
            typeof(AdminApi).Assembly.GetManifestResourceStream("openapi.json")!, "application/json"));
        api.MapPost("/clusters/{cluster}/destinations/{destination}/drain", operators.DrainAsync);
        api.MapPost("/clusters/{cluster}/destinations/{destination}/undrain", operators.UndrainAsync);
        api.MapPost("/clusters/{cluster}/destinations/{destination}/weight", operators.WeightAsync);
        api.MapPost("/shutdown", operators.Shutdown);
    }

    /// <summary>Who names no number wants the news, not what is about to be forgotten.</summary>
    private static IReadOnlyList<TimelineEntry> Events(Timeline timeline, long? after, int limit) =>
        after is { } known ? timeline.After(known, limit) : timeline.Newest(limit);
}
