using System.Reflection;
using ApiAmbassador.Observability;

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
}
