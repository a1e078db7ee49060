using System.Net.Sockets;
using System.Security.Authentication;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Observability;

/// <summary>What an attempt that failed tells: to the caller, to whoever tries again, and of the destination.</summary>
/// <param name="Reason">What the caller is told; null where nobody is there to be told.</param>
/// <param name="Phase">How far it had come.</param>
/// <param name="Verdict">What it says about the destination.</param>
/// <param name="NothingSent">Whether it is certain that no byte of the request reached a destination.</param>
/// <param name="RefusedStream">Whether the destination said that it has done nothing with the request: HTTP/2, before the answer.</param>
/// <param name="KeepAliveRace">Whether it was a reused HTTP/1.1 connection that ended before a byte of the answer came.</param>
/// <param name="AttemptTimeout">Whether we ended it, because its time was over.</param>
internal readonly record struct Failure(
    Reason? Reason,
    Phase Phase,
    Verdict Verdict,
    bool NothingSent = false,
    bool RefusedStream = false,
    bool KeepAliveRace = false,
    bool AttemptTimeout = false)
{
    /// <summary>RFC 9113, section 7: the stream was refused before anything was done with it.</summary>
    private const long RefusedStreamCode = 7;

    /// <summary>RFC 9113, section 7: one side found the other's HTTP wrong. The other codes only end the stream.</summary>
    private const int ProtocolError = 1, FlowControlError = 3, SettingsTimeout = 4, StreamClosed = 5, FrameSizeError = 6, CompressionError = 9,
        InadequateSecurity = 12, Http11Required = 13;

    /// <summary>What the error that YARP reports tells; null where it is none, or where the answer came through all the same.</summary>
    /// <param name="error">YARP's error.</param>
    /// <param name="exception">What it came from.</param>
    /// <param name="status">The status that YARP has set; 504 where a timeout of the route has cancelled the request, which looks like a client that leaves.</param>
    public static Failure? Of(ForwarderError error, Exception? exception, int status)
    {
        var timedOut = status == StatusCodes.Status504GatewayTimeout;
        switch (error)
        {
            case ForwarderError.None:
            // Where the request's body ends a request, YARP tells the request's own exception too; without it the answer had come in full.
            case ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination or ForwarderError.RequestBodyCanceled
                when exception is not (null or AggregateException):
                return null;
            case ForwarderError.NoAvailableDestinations:
                return new(Reason.NoHealthyUpstream, Phase.Queue, Verdict.Neutral, NothingSent: true);
            case ForwarderError.RequestCreation:
                return new(Reason.BadRequest, Phase.Queue, Verdict.Neutral, NothingSent: true);

            // The handler's own limit on connecting comes as a cancellation as well; the timeout inside tells it from ours.
            case ForwarderError.RequestTimedOut when exception?.InnerException is TimeoutException:
                return NotConnected(Reason.ConnectTimeout);
            case ForwarderError.RequestTimedOut:
            case ForwarderError.RequestCanceled when timedOut:
                return new(Reason.UpstreamTimeout, Phase.Headers, Verdict.Failure);
            case ForwarderError.RequestBodyDestination when timedOut:
                return new(Reason.UpstreamTimeout, Phase.Send, Verdict.Failure);

            // It may have been the client that was slow to send or to take.
            case ForwarderError.RequestBodyCanceled when timedOut:
                return new(Reason.UpstreamTimeout, Phase.Send, Verdict.Neutral);
            case ForwarderError.ResponseBodyCanceled or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeResponseCanceled when timedOut:
            case ForwarderError.UpgradeActivityTimeout:
                return new(Reason.UpstreamTimeout, Phase.Body, Verdict.Neutral);

            case ForwarderError.RequestCanceled:
                return new(Reason: null, Phase.Headers, Verdict.Neutral);
            case ForwarderError.RequestBodyCanceled:
                return new(Reason: null, Phase.Send, Verdict.Neutral);
            case ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
                or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
                or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient:
            case ForwarderError.ResponseHeaders when exception is OperationCanceledException:
                return new(Reason: null, Phase.Body, Verdict.Neutral);

            case ForwarderError.Request or ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination when OfRequest(exception) is RefusedStreamException:
                return new(Reason.UpstreamReset, error == ForwarderError.Request ? Phase.Headers : Phase.Send, Verdict.Failure, RefusedStream: true);
            case ForwarderError.RequestBodyClient:
                return OfClientsBody(exception, status);
            case ForwarderError.RequestBodyDestination:
                return OfDestination(exception, Phase.Send);

            // What came cannot be passed on, or the body ended while its first bytes were waited for.
            case ForwarderError.ResponseHeaders:
                return exception is IOException ? OfDestination(exception, Phase.Body) : new(Reason.UpstreamProtocolError, Phase.Headers, Verdict.Failure);
            case ForwarderError.ResponseBodyDestination or ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination:
                return OfDestination(exception, Phase.Body);
            default:
                return OfDestination(exception, Phase.Headers);
        }
    }

    /// <summary>What the handler could not go on for; after the exception of the body, where there is one.</summary>
    private static Exception? OfRequest(Exception? exception) =>
        (exception is AggregateException { InnerExceptions: [.., var last] } ? last : exception)?.InnerException;

    private static Failure OfClientsBody(Exception? exception, int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => new(Reason.RequestTimeout, Phase.Send, Verdict.Neutral),
        StatusCodes.Status413PayloadTooLarge => new(Reason.BodyTooLarge, Phase.Send, Verdict.Neutral),
        // Nobody cancels the reading of it but HTTP/2, when the destination ends the stream; a client that leaves is told as one.
        _ when exception?.InnerException is OperationCanceledException => new(Reason.UpstreamReset, Phase.Send, Verdict.Failure),
        _ => new(Reason.BadRequest, Phase.Send, Verdict.Neutral),
    };

    /// <summary>From the outside in: the first that says it all, else the last that says something.</summary>
    private static Failure OfDestination(Exception? exception, Phase phase)
    {
        var reason = Reason.UpstreamReset;
        Exception? outer = null;
        for (var e = exception; e is not null; outer = e, e = e.InnerException)
        {
            switch (e)
            {
                case ReusedConnectionException:
                    return new(Reason.UpstreamReset, phase, Verdict.Neutral, KeepAliveRace: true);
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return NotConnected(Reason.NameUnknown);
                case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    return NotConnected(Reason.TlsFailed);
                case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError }:
                    return NotConnected(OfSocket(e.GetBaseException()));
                case HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported }:
                    return NotConnected(Reason.UpstreamProtocolError);
                case HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }:
                    return new(Reason.ResponseHeadersTooLarge, phase, Verdict.Neutral);
                case HttpProtocolException protocol:
                    return OfCode(protocol, outer, phase);
                case AuthenticationException:
                    return new(Reason.TlsFailed, phase, Verdict.Failure); // TLS 1.3 can fail after the request was sent.
                case OperationCanceledException when phase == Phase.Body:
                    return new(Reason.UpstreamTimeout, phase, Verdict.Failure);
                // A single header of HTTP/2 that is too long; the other faults of its coding are the destination's.
                case Exception when e.GetType().Name is "HPackDecodingException":
                    return e.Message.Contains("exceeded the set limit", StringComparison.Ordinal)
                        ? new(Reason.ResponseHeadersTooLarge, phase, Verdict.Neutral)
                        : new(Reason.UpstreamProtocolError, phase, Verdict.Failure);
                // HTTP/2 says this as well of a connection that ended before its first frame; that lies deeper.
                case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse }:
                    reason = Reason.UpstreamProtocolError;
                    break;
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or SocketException:
                    reason = Reason.UpstreamReset;
                    break;
            }
        }

        return new(reason, phase, Verdict.Failure);
    }

    /// <summary>HTTP/2's error codes, of the destination (RST_STREAM, GOAWAY) and the handler's own.</summary>
    private static Failure OfCode(HttpProtocolException protocol, Exception? outer, Phase phase)
    {
        var reason = protocol.ErrorCode is ProtocolError or FlowControlError or SettingsTimeout or StreamClosed or FrameSizeError or CompressionError
            or InadequateSecurity or Http11Required ? Reason.UpstreamProtocolError : Reason.UpstreamReset;

        // A GOAWAY that leaves the stream out has any code. The handler, which would have sent the request again if it had not done so too often,
        // gives that exception a message of its own; of others it repeats the message.
        var refused = phase != Phase.Body && outer is HttpRequestException
            && (protocol.ErrorCode == RefusedStreamCode || !string.Equals(outer.Message, protocol.Message, StringComparison.Ordinal));
        return new(refused ? Reason.UpstreamReset : reason, phase, Verdict.Failure, RefusedStream: refused);
    }

    private static Reason OfSocket(Exception cause) => (cause as SocketException)?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => Reason.ConnectionRefused,
        SocketError.TimedOut => Reason.ConnectTimeout,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => Reason.NameUnknown,
        _ => Reason.ConnectFailed,
    };

    private static Failure NotConnected(Reason reason) => new(reason, Phase.Connect, Verdict.Failure, NothingSent: true);
}
