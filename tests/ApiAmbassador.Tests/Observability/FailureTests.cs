using System.Net.Sockets;
using System.Security.Authentication;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Tests.Observability;

/// <summary>What YARP's errors and the handler's exceptions are taken for. That they come as they are written here the wire tests show.</summary>
public class FailureTests
{
    private static readonly Failure Gone = new(Reason: null, Phase.Body, Verdict.Neutral);

    [Fact]
    public void No_error_is_no_failure()
    {
        Failure.Of(ForwarderError.None, exception: null, status: 200).ShouldBeNull();
    }

    [Theory]
    [InlineData(ForwarderError.RequestBodyClient)]
    [InlineData(ForwarderError.RequestBodyDestination)]
    [InlineData(ForwarderError.RequestBodyCanceled)]
    public void Body_that_ends_after_the_answer_is_no_failure(ForwarderError error)
    {
        Failure.Of(error, new IOException(), status: 200).ShouldBeNull();
    }

    [Fact]
    public void Request_that_never_left_sent_nothing_and_says_nothing()
    {
        Failure.Of(ForwarderError.NoAvailableDestinations, exception: null, 503).ShouldBe(new(Reason.NoHealthyUpstream, Phase.Queue, Verdict.Neutral, NothingSent: true));
        Failure.Of(ForwarderError.RequestCreation, new FormatException(), 502).ShouldBe(new(Reason.BadRequest, Phase.Queue, Verdict.Neutral, NothingSent: true));
    }

    [Theory]
    [InlineData(ForwarderError.RequestCanceled, Phase.Headers)]
    [InlineData(ForwarderError.RequestBodyCanceled, Phase.Send)]
    [InlineData(ForwarderError.ResponseBodyCanceled, Phase.Body)]
    [InlineData(ForwarderError.UpgradeRequestCanceled, Phase.Body)]
    [InlineData(ForwarderError.UpgradeResponseCanceled, Phase.Body)]
    public void Client_that_has_gone_is_told_nothing_and_a_timeout_is_told(ForwarderError error, object phase)
    {
        Exception exception = error == ForwarderError.RequestBodyCanceled ? new AggregateException(new OperationCanceledException()) : new OperationCanceledException();

        Failure.Of(error, exception, status: 400).ShouldBe(Gone with { Phase = (Phase)phase });

        // Only before the headers it was the destination that was slow, beyond doubt.
        Failure.Of(error, exception, status: 504).ShouldBe(
            new(Reason.UpstreamTimeout, (Phase)phase, error == ForwarderError.RequestCanceled ? Verdict.Failure : Verdict.Neutral));
    }

    [Theory]
    [InlineData(ForwarderError.ResponseBodyClient)]
    [InlineData(ForwarderError.UpgradeRequestClient)]
    [InlineData(ForwarderError.UpgradeResponseClient)]
    public void Client_that_takes_no_more_has_gone(ForwarderError error)
    {
        Failure.Of(error, new IOException(), status: 200).ShouldBe(Gone);
    }

    [Fact]
    public void Client_that_leaves_before_the_first_byte_of_the_body_has_gone()
    {
        Failure.Of(ForwarderError.ResponseHeaders, new OperationCanceledException(), status: 502).ShouldBe(Gone);
    }

    [Theory]
    [InlineData(400, "bad_request")]
    [InlineData(408, "request_timeout")]
    [InlineData(413, "body_too_large")]
    [InlineData(502, "bad_request")]
    public void Clients_body_is_the_clients_fault(int status, string reason)
    {
        var failure = Failure.Of(ForwarderError.RequestBodyClient, new AggregateException(new IOException(), new HttpRequestException()), status).ShouldNotBeNull();

        (failure.Reason?.Name, failure with { Reason = null }).ShouldBe((reason, new(Reason: null, Phase.Send, Verdict.Neutral)));
    }

    [Fact]
    public void Clients_body_that_the_destination_cut_off_is_the_destinations_fault()
    {
        Failure.Of(ForwarderError.RequestBodyClient, new AggregateException(new TaskCanceledException(), new HttpRequestException()), 400)
            .ShouldBe(new(Reason.UpstreamReset, Phase.Send, Verdict.Failure));
    }

    [Fact]
    public void Timeouts_are_told_apart_by_what_they_carry()
    {
        Failure.Of(ForwarderError.RequestTimedOut, new TaskCanceledException("", new TimeoutException()), 504)
            .ShouldBe(new(Reason.ConnectTimeout, Phase.Connect, Verdict.Failure, NothingSent: true));
        Failure.Of(ForwarderError.RequestTimedOut, new TaskCanceledException(), 504).ShouldBe(new(Reason.UpstreamTimeout, Phase.Headers, Verdict.Failure));
        Failure.Of(ForwarderError.RequestBodyDestination, new AggregateException(new TaskCanceledException()), 504)
            .ShouldBe(new(Reason.UpstreamTimeout, Phase.Send, Verdict.Failure));
        Failure.Of(ForwarderError.ResponseBodyDestination, new OperationCanceledException(), 200).ShouldBe(new(Reason.UpstreamTimeout, Phase.Body, Verdict.Failure));
        Failure.Of(ForwarderError.UpgradeActivityTimeout, new OperationCanceledException(), 101).ShouldBe(new(Reason.UpstreamTimeout, Phase.Body, Verdict.Neutral));
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "connection_refused")]
    [InlineData(SocketError.TimedOut, "connect_timeout")]
    [InlineData(SocketError.HostNotFound, "name_unknown")]
    [InlineData(SocketError.NoData, "name_unknown")]
    [InlineData(SocketError.TryAgain, "name_unknown")]
    [InlineData(SocketError.ConnectionReset, "connect_failed")]
    [InlineData(SocketError.HostUnreachable, "connect_failed")]
    [InlineData(SocketError.NetworkUnreachable, "connect_failed")]
    public void Socket_that_did_not_connect_sent_nothing_however_deep_it_lies(SocketError error, string reason)
    {
        var socket = new SocketException((int)error);

        foreach (var inner in new Exception[] { socket, new IOException("", socket) })
        {
            var failure = Failure.Of(ForwarderError.Request, new HttpRequestException(HttpRequestError.ConnectionError, inner: inner), 502).ShouldNotBeNull();

            (failure.Reason?.Name, failure with { Reason = null }).ShouldBe((reason, new(Reason: null, Phase.Connect, Verdict.Failure, NothingSent: true)));
        }
    }

    [Theory]
    [InlineData(SocketError.ConnectionReset)]
    [InlineData(SocketError.ConnectionAborted)]
    [InlineData(SocketError.Shutdown)]
    [InlineData(SocketError.TimedOut)] // Nobody answers any more; the connection was there.
    [InlineData(SocketError.HostUnreachable)]
    public void Socket_that_fails_later_may_have_sent(SocketError error)
    {
        Failure.Of(ForwarderError.Request, new HttpRequestException("", new IOException("", new SocketException((int)error))), 502)
            .ShouldBe(new(Reason.UpstreamReset, Phase.Headers, Verdict.Failure));
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "name_unknown", true)]
    [InlineData(HttpRequestError.SecureConnectionError, "tls_failed", true)]
    [InlineData(HttpRequestError.ConnectionError, "connect_failed", true)]
    [InlineData(HttpRequestError.ProxyTunnelError, "connect_failed", true)]
    [InlineData(HttpRequestError.VersionNegotiationError, "upstream_protocol_error", true)]
    [InlineData(HttpRequestError.ExtendedConnectNotSupported, "upstream_protocol_error", true)]
    [InlineData(HttpRequestError.InvalidResponse, "upstream_protocol_error", false)]
    [InlineData(HttpRequestError.ResponseEnded, "upstream_reset", false)]
    [InlineData(HttpRequestError.Unknown, "upstream_reset", false)]
    public void Request_error_says_whether_there_was_a_connection(HttpRequestError error, string reason, bool nothingSent)
    {
        var failure = Failure.Of(ForwarderError.Request, new HttpRequestException(error), 502).ShouldNotBeNull();

        (failure.Reason?.Name, failure with { Reason = null })
            .ShouldBe((reason, new(Reason: null, nothingSent ? Phase.Connect : Phase.Headers, Verdict.Failure, nothingSent)));
    }

    [Fact]
    public void Secure_connection_that_fails_later_may_have_sent()
    {
        Failure.Of(ForwarderError.Request, new HttpRequestException("", new IOException("", new AuthenticationException())), 502)
            .ShouldBe(new(Reason.TlsFailed, Phase.Headers, Verdict.Failure));
    }

    [Fact]
    public void Limit_of_ours_is_not_the_destinations_fault()
    {
        Failure.Of(ForwarderError.Request, new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded), 502)
            .ShouldBe(new(Reason.ResponseHeadersTooLarge, Phase.Headers, Verdict.Neutral));
    }

    [Theory]
    [InlineData(ForwarderError.Request, Phase.Headers)]
    [InlineData(ForwarderError.RequestBodyDestination, Phase.Send)]
    public void Keep_alive_race_is_neutral_and_named(ForwarderError error, object phase)
    {
        var race = new HttpRequestException(HttpRequestError.ResponseEnded, inner: new ReusedConnectionException(new SocketException((int)SocketError.ConnectionReset)));
        Exception exception = error == ForwarderError.Request ? race : new AggregateException(race, new HttpRequestException());

        Failure.Of(error, exception, 502).ShouldBe(new(Reason.UpstreamReset, (Phase)phase, Verdict.Neutral, KeepAliveRace: true));
    }

    [Theory]
    [InlineData(ForwarderError.Request, Phase.Headers)]
    [InlineData(ForwarderError.RequestBodyDestination, Phase.Send)]
    [InlineData(ForwarderError.RequestBodyClient, Phase.Send)]
    public void Body_that_cannot_be_sent_again_tells_of_a_refusal(ForwarderError error, object phase)
    {
        var refusal = new HttpRequestException("", new RefusedStreamException());
        Exception exception = error == ForwarderError.Request ? refusal : new AggregateException(new OperationCanceledException(), refusal);

        Failure.Of(error, exception, 502).ShouldBe(new(Reason.UpstreamReset, (Phase)phase, Verdict.Failure, RefusedStream: true));
    }

    [Theory]
    [InlineData(7, "same", true)]
    [InlineData(2, "same", false)]
    [InlineData(2, "another", true)] // GOAWAY: the handler has given up sending it again.
    public void Stream_was_refused_by_its_code_or_by_the_handlers_own_message(long code, string message, bool refused)
    {
        var protocol = new HttpProtocolException(code, "same", innerException: null);
        var exception = new HttpRequestException(HttpRequestError.HttpProtocolError, message == "same" ? protocol.Message : message, protocol);

        Failure.Of(ForwarderError.Request, exception, 502).ShouldBe(new(Reason.UpstreamReset, Phase.Headers, Verdict.Failure, RefusedStream: refused));

        // After the answer began nobody refuses.
        Failure.Of(ForwarderError.ResponseBodyDestination, protocol, 200).ShouldBe(new(Reason.UpstreamReset, Phase.Body, Verdict.Failure));
    }

    [Fact]
    public void Answer_that_cannot_be_passed_on_is_not_valid()
    {
        Failure.Of(ForwarderError.ResponseHeaders, new InvalidOperationException(), 502).ShouldBe(new(Reason.UpstreamProtocolError, Phase.Headers, Verdict.Failure));
        Failure.Of(ForwarderError.ResponseHeaders, new HttpIOException(HttpRequestError.ResponseEnded), 502)
            .ShouldBe(new(Reason.UpstreamReset, Phase.Body, Verdict.Failure));
    }

    [Theory]
    [InlineData(ForwarderError.Request, Phase.Headers)]
    [InlineData(ForwarderError.RequestBodyDestination, Phase.Send)]
    [InlineData(ForwarderError.ResponseBodyDestination, Phase.Body)]
    [InlineData(ForwarderError.UpgradeRequestDestination, Phase.Body)]
    [InlineData(ForwarderError.UpgradeResponseDestination, Phase.Body)]
    public void Unknown_exception_is_a_reset_in_its_phase(ForwarderError error, object phase)
    {
        Failure.Of(error, new AggregateException(new InvalidOperationException()), 502).ShouldBe(new(Reason.UpstreamReset, (Phase)phase, Verdict.Failure));
        Failure.Of(error, exception: null, 502).ShouldBe(new(Reason.UpstreamReset, (Phase)phase, Verdict.Failure));
    }
}
