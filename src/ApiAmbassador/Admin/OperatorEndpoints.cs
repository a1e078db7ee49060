using System.Text.Json;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using ApiAmbassador.Observability;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ApiAmbassador.Admin;

/// <summary>What an operator may change. Each asks the one writer of what is in force.</summary>
internal sealed partial class OperatorEndpoints(
    ConfigReloader reloader, StatusReader status, Lifecycle lifecycle, Timeline timeline, ILogger<OperatorEndpoints> logger)
{
    /// <summary>No new request for a destination; those it has it finishes.</summary>
    public Task<Results<Ok<WordView>, ProblemHttpResult>> DrainAsync(string cluster, string destination, HttpContext context) =>
        SayAsync(cluster, destination, context, word => word with { IsDrained = true });

    /// <summary>Takes that back.</summary>
    public Task<Results<Ok<WordView>, ProblemHttpResult>> UndrainAsync(string cluster, string destination, HttpContext context) =>
        SayAsync(cluster, destination, context, word => word with { IsDrained = false });

    /// <summary>Sets a weight, or with <c>null</c> takes it back.</summary>
    public async Task<Results<Ok<WordView>, ProblemHttpResult>> WeightAsync(string cluster, string destination, HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return TryReadWeight(body.RootElement, out var weight)
                ? await SayAsync(cluster, destination, request.HttpContext, word => word with { Weight = weight })
                : Problem(StatusCodes.Status400BadRequest, $$"""the body is {"weight": N}, N a whole number from 0 to {{DestinationOptions.WeightMax}}, or {"weight": null} for the configured one""");
        }
        catch (JsonException)
        {
            return Problem(StatusCodes.Status400BadRequest, """the body is not JSON; write {"weight": 3}""");
        }
        catch (BadHttpRequestException e)
        {
            return Problem(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "the body is too large" : "the body did not come in full");
        }
    }

    /// <summary>Begins the same end as SIGTERM.</summary>
    public StatusCodeHttpResult Shutdown(HttpContext context)
    {
        var text = $"{By(context)} asked the ambassador to stop";
        LogShutdown(logger, text);
        timeline.Add(TimelineKind.Operator, subject: null, text);
        lifecycle.RequestStop();
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private async Task<Results<Ok<WordView>, ProblemHttpResult>> SayAsync(
        string cluster, string destination, HttpContext context, Func<OperatorWord, OperatorWord> change)
    {
        (cluster, destination) = (Id(cluster), Id(destination));
        var answer = await reloader.SayAsync(cluster, destination, By(context), change);
        return answer.Word is not { } word
            ? Problem(StatusCodes.Status404NotFound, answer.Unknown!)
            : TypedResults.Ok(new WordView(cluster, destination, word.IsDrained, answer.Weight, (answer.Weight == 0 ? status.WithoutUsable(cluster) : null) ?? answer.Warning));
    }

    private static string By(HttpContext context) => $"an operator at {Caller.Name(context.Connection.RemoteIpAddress)}";

    /// <summary>Kestrel leaves an escaped slash in a path as it is; ids such as http://10.0.0.1:8080 have some.</summary>
    private static string Id(string segment) => segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static bool TryReadWeight(JsonElement body, out int? weight)
    {
        weight = null;
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("weight", out var value))
        {
            return false;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and <= DestinationOptions.WeightMax)
        {
            weight = number;
            return true;
        }

        return value.ValueKind == JsonValueKind.Null;
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
