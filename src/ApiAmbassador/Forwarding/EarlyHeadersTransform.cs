using System.Net;
using Yarp.ReverseProxy.Transforms;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// Lets the headers of a stream go to the caller at once. YARP sends them with the first byte of the body, which in server-sent events or a gRPC
/// stream may come minutes later, and a browser waits with <c>open</c> until then. Where the first byte is there already, as in ordinary
/// responses, nothing is done.
/// </summary>
internal sealed class EarlyHeadersTransform : ResponseTransform
{
    /// <inheritdoc/>
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        // A length that is known ends a body that is on its way. A tunnel has no body; to send the first bytes may be the caller's turn.
        // A body that is suppressed belongs to an attempt that somebody repeats.
        if (context.ProxyResponse is not { } response
            || context.SuppressResponseBody
            || context.HttpContext.Response.ContentLength is not null
            || response.StatusCode == HttpStatusCode.SwitchingProtocols
            || response.RequestMessage?.Method == HttpMethod.Connect)
        {
            return default;
        }

        return FlushUnlessBodyIsHereAsync(context, response);
    }

    private static async ValueTask FlushUnlessBodyIsHereAsync(ResponseTransformContext context, HttpResponseMessage response)
    {
        // The content keeps its stream, so YARP gets the same one. A read of no bytes ends when there are some, or when there will be none.
        var body = await response.Content.ReadAsStreamAsync(context.CancellationToken);
        var first = body.ReadAsync(Memory<byte>.Empty, context.CancellationToken);
        if (first.IsCompleted)
        {
            await first;
            return;
        }

        // The response has begun, so from here on failures are YARP's to meet and to tell: it reads again and finds them.
        Task waiting = first.AsTask();
        await context.HttpContext.Response.Body.FlushAsync(context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
