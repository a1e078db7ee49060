using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// Sends path and query byte for byte as the caller wrote them, behind the destination's address. YARP would build them anew from the decoded
/// path, in which <c>/a%2Fb</c> and <c>%41</c> are no longer what they were.
/// </summary>
internal sealed class RawTargetTransform(SnapshotStore store) : RequestTransform
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <inheritdoc/>
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var target = TargetRule.PathAndQuery(context.HttpContext.Find<IHttpRequestFeature>()!.RawTarget);
        var prefix = context.DestinationPrefix.AsSpan();
        prefix = prefix is [.. var beforeSlash, '/'] ? beforeSlash : prefix; // The target brings one.

        // Where no URI is set here, YARP makes one. An address that is not plain ASCII needs its encoding, too.
        if (TargetRule.IsSentAsWritten(target, store.Current.PathDecides)
            && !prefix.ContainsAnyExceptInRange('!', '~')
            && Uri.TryCreate(string.Concat(prefix, target), AsWritten, out var uri))
        {
            context.ProxyRequest.RequestUri = uri;
        }

        return default;
    }
}
