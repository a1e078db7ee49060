namespace ApiAmbassador.Forwarding;

/// <summary>The destination refused the request over HTTP/2 without doing anything with it, and its body is spent. See <see cref="BodySentOnce"/>.</summary>
internal sealed class RefusedStreamException() : IOException("The destination refused the request, whose body can be sent no more.");
