using System.Net.Sockets;

namespace ApiAmbassador.Discovery;

/// <summary>Why a registry gave no answer that could be read, in a sentence that begins behind its name.</summary>
internal static class HttpSourceFailure
{
    private const string NotHttp = "answered something that is not HTTP";

    /// <summary>The sentence.</summary>
    public static string Sentence(Exception failure) => failure switch
    {
        InvalidDataException => "answered something that is not gzip, although it said so",
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "ended its answer before it was whole",
        HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } => NotHttp,
        HttpRequestException e => Sentence(e),
        _ => $"broke off its answer: {EchoedText.Sentence(failure.Message)}",
    };

    private static string Sentence(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "could not be reached: its name has no address",
        HttpRequestError.ConnectionError => $"could not be reached: {Cause(failure)}",
        HttpRequestError.ProxyTunnelError => "could not be reached through the proxy",
        HttpRequestError.SecureConnectionError => $"could not be reached by TLS: {Cause(failure)}",
        HttpRequestError.ResponseEnded => "closed the connection before it had answered",
        HttpRequestError.InvalidResponse => NotHttp,
        HttpRequestError.ConfigurationLimitExceeded => "answered with headers that are too large",
        _ => $"gave no answer: {Cause(failure)}",
    };

    /// <summary>The innermost message says most, and that of a socket most plainly.</summary>
    private static string Cause(Exception failure)
    {
        var cause = failure.GetBaseException();
        return cause is SocketException socket
            ? EchoedText.Sentence(socket.Message).ToLowerInvariant()
            : EchoedText.Sentence(cause.Message);
    }
}
