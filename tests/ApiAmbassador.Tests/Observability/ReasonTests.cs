using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Tests.Observability;

public class ReasonTests
{
    /// <summary>RFC 9209, section 2.3: every proxy error type registered there.</summary>
    private static readonly string[] Registered =
    [
        "dns_timeout", "dns_error", "destination_not_found", "destination_unavailable", "destination_ip_prohibited", "destination_ip_unroutable",
        "connection_refused", "connection_terminated", "connection_timeout", "connection_read_timeout", "connection_write_timeout",
        "connection_limit_reached", "tls_protocol_error", "tls_certificate_error", "tls_alert_received", "http_request_error", "http_request_denied",
        "http_response_incomplete", "http_response_header_section_size", "http_response_header_size", "http_response_body_size",
        "http_response_trailer_section_size", "http_response_trailer_size", "http_response_transfer_coding", "http_response_content_coding",
        "http_response_timeout", "http_upgrade_failed", "http_protocol_error", "proxy_internal_response", "proxy_internal_error",
        "proxy_configuration_error", "proxy_loop_detected",
    ];

    [Theory]
    [InlineData(ForwarderError.NoAvailableDestinations, 503, "no_healthy_upstream", 503, "destination_unavailable")]
    [InlineData(ForwarderError.RequestTimedOut, 504, "upstream_timeout", 504, "http_response_timeout")]
    [InlineData(ForwarderError.RequestCanceled, 504, "upstream_timeout", 504, "http_response_timeout")]
    [InlineData(ForwarderError.ResponseBodyCanceled, 504, "upstream_timeout", 504, "http_response_timeout")]
    [InlineData(ForwarderError.RequestBodyClient, 400, "bad_request", 400, "http_request_error")]
    [InlineData(ForwarderError.RequestBodyClient, 408, "request_timeout", 408, "http_request_error")]
    [InlineData(ForwarderError.RequestCreation, 502, "bad_request", 400, "http_request_error")]
    [InlineData(ForwarderError.Request, 502, "upstream_reset", 502, "connection_terminated")]
    [InlineData(ForwarderError.ResponseHeaders, 502, "upstream_reset", 502, "connection_terminated")]
    public void Error_alone_has_a_reason(ForwarderError error, int seen, string name, int status, string token)
    {
        ShouldBe(Reason.Of(error, exception: null, seen), name, status, token);
    }

    [Theory]
    [InlineData(ForwarderError.RequestCanceled)]
    [InlineData(ForwarderError.RequestBodyCanceled)]
    [InlineData(ForwarderError.ResponseBodyCanceled)]
    [InlineData(ForwarderError.UpgradeRequestCanceled)]
    [InlineData(ForwarderError.UpgradeResponseCanceled)]
    public void Client_that_has_gone_is_told_nothing(ForwarderError error)
    {
        Reason.Of(error, new OperationCanceledException(), status: 499).ShouldBeNull();
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "connection_refused", "connection_refused")]
    [InlineData(SocketError.TimedOut, "connect_timeout", "connection_timeout")]
    [InlineData(SocketError.HostNotFound, "name_unknown", "dns_error")]
    [InlineData(SocketError.NoData, "name_unknown", "dns_error")]
    [InlineData(SocketError.TryAgain, "name_unknown", "dns_error")]
    [InlineData(SocketError.ConnectionReset, "upstream_reset", "connection_terminated")]
    [InlineData(SocketError.ConnectionAborted, "upstream_reset", "connection_terminated")]
    [InlineData(SocketError.Shutdown, "upstream_reset", "connection_terminated")]
    [InlineData(SocketError.HostUnreachable, "connect_failed", "destination_ip_unroutable")]
    [InlineData(SocketError.NetworkUnreachable, "connect_failed", "destination_ip_unroutable")]
    public void Socket_error_has_a_reason_however_deep_it_lies(SocketError error, string name, string token)
    {
        var status = error == SocketError.TimedOut ? 504 : 502;
        var socket = new SocketException((int)error);

        ShouldBe(Reason.Of(ForwarderError.Request, new HttpRequestException(HttpRequestError.ConnectionError, inner: socket), 502), name, status, token);
        ShouldBe(
            Reason.Of(ForwarderError.Request, new HttpRequestException(HttpRequestError.ConnectionError, inner: new IOException("", socket)), 502),
            name, status, token);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "name_unknown", "dns_error")]
    [InlineData(HttpRequestError.SecureConnectionError, "tls_failed", "tls_protocol_error")]
    [InlineData(HttpRequestError.ConnectionError, "connect_failed", "destination_ip_unroutable")]
    [InlineData(HttpRequestError.InvalidResponse, "upstream_protocol_error", "http_protocol_error")]
    [InlineData(HttpRequestError.HttpProtocolError, "upstream_protocol_error", "http_protocol_error")]
    [InlineData(HttpRequestError.VersionNegotiationError, "upstream_protocol_error", "http_protocol_error")]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, "upstream_protocol_error", "http_protocol_error")]
    [InlineData(HttpRequestError.ResponseEnded, "upstream_reset", "connection_terminated")]
    [InlineData(HttpRequestError.Unknown, "upstream_reset", "connection_terminated")]
    public void Request_error_has_a_reason(HttpRequestError error, string name, string token)
    {
        ShouldBe(Reason.Of(ForwarderError.Request, new HttpRequestException(error), 502), name, 502, token);
    }

    [Fact]
    public void Other_exceptions_have_a_reason()
    {
        ShouldBe(Reason.Of(ForwarderError.Request, new AuthenticationException(), 502), "tls_failed", 502, "tls_protocol_error");
        ShouldBe(
            Reason.Of(ForwarderError.ResponseBodyDestination, new HttpIOException(HttpRequestError.ResponseEnded), 200),
            "upstream_reset", 502, "connection_terminated");
        ShouldBe(Reason.Of(ForwarderError.Request, new InvalidOperationException(), 502), "upstream_reset", 502, "connection_terminated");
    }

    [Fact]
    public void Every_reason_has_a_registered_token_and_a_name_of_its_own()
    {
        var reasons = typeof(Reason).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => (Reason)property.GetValue(obj: null)!).ToArray();

        reasons.Length.ShouldBeGreaterThan(10);
        reasons.Select(reason => reason.ProxyStatus).ShouldBeSubsetOf(Registered);
        reasons.Select(reason => reason.Name).ShouldBeUnique();
        reasons.ShouldAllBe(reason => reason.Status >= 400 && reason.Status < 600 && reason.GrpcStatus > 0 && reason.GrpcStatus < 17);
        reasons.ShouldAllBe(reason => reason.Name.All(letter => char.IsAsciiLetterLower(letter) || letter == '_'));
    }

    private static void ShouldBe(Reason? reason, string name, int status, string token)
    {
        reason.ShouldNotBeNull();
        (reason.Name, reason.Status, reason.ProxyStatus).ShouldBe((name, status, token));
    }
}
