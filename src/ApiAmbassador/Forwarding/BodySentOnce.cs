using System.Runtime.CompilerServices;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// Keeps <see cref="SocketsHttpHandler"/> from sending half a request. Over HTTP/2 it sends a request again that the destination refused
/// (REFUSED_STREAM, or a GOAWAY that leaves it out). That is safe, but a body that YARP passes on can be read only once: the headers would
/// go out again, without their body, and a destination that does not wait for bodies would act on them.
/// </summary>
internal static class BodySentOnce
{
    private const string Body = "Yarp.ReverseProxy.Forwarder.StreamCopyHttpContent, Yarp.ReverseProxy";

    // Neither type nor property is public; a test knows if they go.
    private static readonly Type? BodyType = Type.GetType(Body);

    /// <summary>Puts the check before what chooses the encoding of a header: of all that a handler can be given, that alone is asked at each sending.</summary>
    public static HeaderEncodingSelector<HttpRequestMessage> Before(HeaderEncodingSelector<HttpRequestMessage>? next) => (header, request) =>
        request.Content is { } content && content.GetType() == BodyType && HasStarted(content)
            ? throw new RefusedStreamException()
            : next?.Invoke(header, request);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Started")]
    private static extern bool HasStarted([UnsafeAccessorType(Body)] object content);
}
