using Yarp.ReverseProxy.Transforms;

namespace ApiAmbassador.Forwarding;

/// <summary>Answers that YARP forwards: what belonged to the destination's connection stays there. Requests are looked at before either forwarder has them.</summary>
internal sealed class NamedByConnectionTransform : ResponseTransform
{
    /// <inheritdoc/>
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { } response && response.Headers.NonValidated.TryGetValues("Connection", out var options))
        {
            NamedByConnection.Remove(context.HttpContext.Response.Headers, options.ToString());
        }

        return default;
    }
}
