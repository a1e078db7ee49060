using System.Net;

namespace ApiAmbassador.Resilience;

/// <summary>
/// gRPC says 200 and tells of its errors beside it. An error in the place of an answer (with the headers, and nothing after them) is to attempts, breakers and
/// ejection what HTTP says for it. One that comes behind messages is not looked at: by then the answer has passed.
/// </summary>
internal static class GrpcStatus
{
    /// <summary>The status of an answer, or the one that stands for its gRPC error.</summary>
    public static int Of(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.OK && answer.Headers.NonValidated.TryGetValues("grpc-status", out var code)
            ? Of(code.ToString())
            : (int)answer.StatusCode;

    /// <summary>The status that stands for a code. What the caller asked for wrongly is no error of the destination, and a deadline that passed is the caller's own.</summary>
    public static int Of(string code) => code switch
    {
        "8" => StatusCodes.Status429TooManyRequests, // RESOURCE_EXHAUSTED
        "2" or "13" or "15" => StatusCodes.Status500InternalServerError, // UNKNOWN, as which an exception comes; INTERNAL; DATA_LOSS
        "14" => StatusCodes.Status503ServiceUnavailable, // UNAVAILABLE
        _ => StatusCodes.Status200OK,
    };
}
