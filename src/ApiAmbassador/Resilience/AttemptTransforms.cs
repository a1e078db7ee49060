using Yarp.ReverseProxy.Transforms;

namespace ApiAmbassador.Resilience;

/// <summary>
/// Says to the destination that this is not the first attempt, so that tiers behind us do not multiply it. A number that came with the
/// request passes on: a retry of somebody else's stays one.
/// </summary>
internal sealed class AttemptNumberTransform : RequestTransform
{
    /// <summary>The header; its value is the attempt's number, from 2.</summary>
    public const string Header = "Ambassador-Attempt";

    /// <inheritdoc/>
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        if (context.HttpContext.Find<AttemptLoop>() is { Number: > 1 and var number })
        {
            context.ProxyRequest.Headers.Remove(Header);
            context.ProxyRequest.Headers.TryAddWithoutValidation(Header, number.ToString());
        }

        return default;
    }
}

/// <summary>Hands the response's headers to the loop, which decides whether this is the answer or is tried again.</summary>
internal sealed class AttemptResponseTransform : ResponseTransform
{
    /// <inheritdoc/>
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        // To leave the body out is a promise: the loop has decided, and will try again.
        if (context.ProxyResponse is { } response
            && context.HttpContext.Find<AttemptLoop>() is { } loop
            && loop.OnHeaders(GrpcStatus.Of(response), RetryAfterOf(response)))
        {
            context.SuppressResponseBody = true;
        }

        return default;
    }

    private static string? RetryAfterOf(HttpResponseMessage response) =>
        (int)response.StatusCode >= StatusCodes.Status400BadRequest && response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.ToString() : null;
}
