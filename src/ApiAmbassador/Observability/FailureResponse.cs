using System.Text.Json;

namespace ApiAmbassador.Observability;

/// <summary>What a caller gets instead of an answer: the reason, in the form that the caller understands.</summary>
internal static class FailureResponse
{
    /// <summary>
    /// Writes it: problem details (RFC 9457) with <c>reason</c>, and <c>Proxy-Status</c> (RFC 9209); to a gRPC caller its status. The
    /// response must not have started.
    /// </summary>
    public static Task WriteAsync(HttpContext context, Reason reason)
    {
        var response = context.Response;
        response.Headers["Proxy-Status"] = $"ambassador; error={reason.ProxyStatus}; details=\"{reason.Name}\"";
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
}
