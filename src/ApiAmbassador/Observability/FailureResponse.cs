using System.Text.Json;

namespace ApiAmbassador.Observability;

/// <summary>What a caller gets instead of an answer: the reason, in the form that the caller understands.</summary>
internal static class FailureResponse
{
    /// <summary>
    /// Writes it: problem details (RFC 9457) with <c>reason</c>, and <c>Proxy-Status</c> (RFC 9209); to a gRPC caller its status. The
    /// response must not have started.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="reason">Why it could not be served.</param>
    /// <param name="attempt">The attempt that failed last; null where there was none.</param>
    /// <param name="retryAfter">When it may be worth asking again; null where nobody knows.</param>
    public static Task WriteAsync(HttpContext context, Reason reason, FailedAttempt? attempt = null, TimeSpan? retryAfter = null)
    {
        var response = context.Response;
        response.Headers["Proxy-Status"] = $"ambassador; error={reason.ProxyStatus}; details=\"{reason.Name}\"{Text(attempt)}";
        if (retryAfter is { } pause)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(pause.TotalSeconds)).ToString("0");
        }

        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            // Trailers only: gRPC's form of an answer without a message.
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = reason.GrpcStatus.ToString();
            response.Headers["grpc-message"] = reason.Name;
            return Task.CompletedTask;
        }

        response.StatusCode = reason.Status;
        response.ContentType = "application/problem+json";
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { type = "about:blank", title = reason.Title, status = reason.Status, reason = reason.Name });
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>RFC 9209's <c>next-hop</c>, and two parameters of our own, which others ignore.</summary>
    private static string Text(FailedAttempt? attempt) => attempt switch
    {
        null => "",
        { Destination: null } => $"; phase={Word(attempt.Phase)}",
        _ => $"; next-hop=\"{StructuredText(attempt.Destination)}\"; attempt={attempt.Number}; phase={Word(attempt.Phase)}",
    };

    /// <summary>A phase in one word.</summary>
    public static string Word(Phase phase) => phase switch
    {
        Phase.Queue => "queue",
        Phase.Connect => "connect",
        Phase.Send => "send",
        Phase.Headers => "headers",
        _ => "body",
    };

    /// <summary>The text of a structured field (RFC 8941): printable ASCII, quotes and backslashes escaped.</summary>
    private static string StructuredText(string text) =>
        string.Concat(text.Select(c => c switch { '"' => "\\\"", '\\' => "\\\\", >= ' ' and <= '~' => c.ToString(), _ => "?" }));
}
