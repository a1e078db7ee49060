using System.Net;
using System.Text;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Forwarding.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>How requests look on their way to a destination, byte for byte.</summary>
public class RequestHeadTests
{
    private const string Forwarded = "X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Proto: http\r\n";

    private static readonly DestinationAddress One = new("api", new DnsEndPoint("one", 81), "one:81", "http://one:81/", "");

    [Fact]
    public void Get_is_its_line_the_destinations_host_the_callers_headers_and_who_calls() =>
        Write(Request("GET", "/a?b=c", ("Host", "shop.example"), ("Accept", "*/*"), ("X-Any", "a  b"), ("X-Empty", "")))
            .ShouldBe($"GET /a?b=c HTTP/1.1\r\nHost: one:81\r\nAccept: */*\r\nX-Any: a  b\r\nX-Empty: \r\n{Forwarded}\r\n");

    [Theory]
    [InlineData("/a%2Fb/%41?q=%20&r=/../#f", "/a%2Fb/%41?q=%20&r=/../#f")]
    [InlineData("http://elsewhere/a", "/a")]
    [InlineData("/a\r\nX-Injected: 1", "/matched?b=c")] // What cannot be sent as it is, is sent as it was matched.
    [InlineData("/a b", "/matched?b=c")]
    [InlineData("*", "/matched?b=c")]
    public void Target_is_as_it_was_written_where_that_is_one(string target, string sent) =>
        FirstLine(Write(Request("GET", target))).ShouldBe($"GET {sent} HTTP/1.1");

    [Fact]
    public void Target_is_as_it_was_matched_where_the_path_decides_and_may_mean_another()
    {
        FirstLine(Write(Request("GET", "/a/../b"), decides: PathDecides.Route)).ShouldBe("GET /matched?b=c HTTP/1.1");
        FirstLine(Write(Request("GET", "/a%2Fb"), decides: PathDecides.Access)).ShouldBe("GET /matched?b=c HTTP/1.1");
    }

    [Theory]
    [InlineData("/a", "/v1/a")]
    [InlineData("*", "/v1/matched?b=c")]
    public void Target_stands_behind_the_path_of_the_address(string target, string sent)
    {
        var address = One with { Prefix = "http://one:81/v1/", PathPrefix = "/v1" };

        FirstLine(Write(Request("GET", target), address)).ShouldBe($"GET {sent} HTTP/1.1");
    }

    [Fact]
    public void Method_is_as_it_was_written() => FirstLine(Write(Request("rePort", "/"))).ShouldBe("rePort / HTTP/1.1");

    [Theory]
    [InlineData("Connection", "close")]
    [InlineData("connection", "X-Any")]
    [InlineData("Keep-Alive", "timeout=5")]
    [InlineData("Proxy-Connection", "close")]
    [InlineData("Proxy-Authorization", "Basic")]
    [InlineData("Upgrade-Insecure-Requests", "1")]
    [InlineData("HTTP2-Settings", "a")]
    [InlineData("TE", "trailers")] // Over HTTP/1.1 it is said to us.
    [InlineData("Alt-Svc", "a")]
    [InlineData(":path", "/")]
    [InlineData("x-forwarded-prefix", "/spoofed")]
    public void Header_of_the_callers_connection_stays(string name, string value) =>
        Write(Request("GET", "/", (name, value))).ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\n{Forwarded}\r\n");

    [Fact]
    public void Forwarded_headers_are_ours_and_not_what_the_caller_claims()
    {
        var request = Request("GET", "/", ("x-forwarded-for", "6.6.6.6"), ("X-Forwarded-Host", "evil"), ("X-FORWARDED-PROTO", "https"), ("X-Forwarded-Prefix", "/evil"), ("Forwarded", "for=me"));
        request.Request.PathBase = "/base";
        request.Request.Scheme = "https";
        request.Connection.RemoteIpAddress = IPAddress.IPv6Loopback;

        Write(request).ShouldBe(
            "GET / HTTP/1.1\r\nHost: one:81\r\nX-Forwarded-For: ::1\r\nX-Forwarded-Prefix: /base\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Proto: https\r\n\r\n");
    }

    [Fact]
    public void Forwarded_headers_without_anything_to_say_are_left_out()
    {
        var request = Request("GET", "/");
        request.Connection.RemoteIpAddress = null;
        request.Request.Host = default;

        Write(request).ShouldBe("GET / HTTP/1.1\r\nHost: one:81\r\nX-Forwarded-Proto: http\r\n\r\n");
    }

    [Theory]
    [InlineData("a\rX-Injected: 1")]
    [InlineData("a\nX-Injected: 1")]
    [InlineData("a\r\n\r\nGET /admin HTTP/1.1")]
    [InlineData("a\0")]
    public void Value_with_a_line_break_in_it_is_left_out(string value)
    {
        var request = Request("GET", "/", ("X-Other", "b"));
        request.Request.Headers["X-Any"] = new([value, "c"]);
        request.Request.Headers.Cookie = new(["d=1", value]);

        Write(request).ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\nX-Other: b\r\nX-Any: c\r\n{Forwarded}\r\n");
    }

    [Fact]
    public void Several_values_are_several_lines_but_cookies_are_one()
    {
        var request = Request("GET", "/");
        request.Request.Headers["X-Any"] = new(["a", "b, c"]);
        request.Request.Headers.Cookie = new(["d=1", "e=2; f=3"]);

        Write(request).ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\nX-Any: a\r\nX-Any: b, c\r\nCookie: d=1; e=2; f=3\r\n{Forwarded}\r\n");
    }

    [Fact]
    public void Letters_beyond_ascii_are_utf8_as_they_came() =>
        Write(Request("GET", "/", ("X-Any", "\u00e9\u20ac\U0001f600"))).ShouldContain("X-Any: \u00e9\u20ac\U0001f600\r\n");

    [Theory]
    [InlineData("GET", null, false, "")]
    [InlineData("DELETE", null, false, "")]
    [InlineData("OPTIONS", null, false, "")]
    [InlineData("POST", null, false, "Content-Length: 0\r\n")]
    [InlineData("PUT", null, false, "Content-Length: 0\r\n")]
    [InlineData("PATCH", null, false, "Content-Length: 0\r\n")]
    [InlineData("POST", 0, false, "Content-Length: 0\r\n")]
    [InlineData("POST", 5, true, "Content-Length: 5\r\n")]
    [InlineData("DELETE", 5, true, "Content-Length: 5\r\n")]
    [InlineData("POST", null, true, "Transfer-Encoding: chunked\r\n")]
    [InlineData("GET", null, true, "Transfer-Encoding: chunked\r\n")]
    public void Framing_is_one_and_says_what_follows(string method, int? length, bool hasBody, string framing)
    {
        var request = Request(method, "/");
        request.Features.Set<IHttpRequestBodyDetectionFeature>(new Body(hasBody));
        request.Request.ContentLength = length;

        Write(request).ShouldBe($"{method} / HTTP/1.1\r\nHost: one:81\r\n{Forwarded}{framing}\r\n");
    }

    [Fact]
    public void Framing_by_chunks_wins_over_a_length()
    {
        var request = Request("POST", "/", ("Content-Length", "5"), ("Transfer-Encoding", "chunked"));
        request.Features.Set<IHttpRequestBodyDetectionFeature>(new Body(CanHaveBody: true));

        Write(request).ShouldBe($"POST / HTTP/1.1\r\nHost: one:81\r\n{Forwarded}Transfer-Encoding: chunked\r\n\r\n");
        RequestHead.LengthOf(request.Request).ShouldBeNull();
    }

    [Theory]
    [InlineData("HTTP/2", "trailers", true)]
    [InlineData("HTTP/2", "Trailers", true)]
    [InlineData("HTTP/2", "gzip", false)]
    [InlineData("HTTP/1.1", "trailers", false)]
    public void Trailers_are_welcome_where_a_caller_of_http2_says_so(string protocol, string te, bool welcome)
    {
        var request = Request("GET", "/", ("TE", te));
        request.Request.Protocol = protocol;

        Write(request).ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\n{Forwarded}{(welcome ? "TE: trailers\r\n" : "")}\r\n");
    }

    [Fact]
    public void Attempt_is_told_from_the_second_on_and_no_caller_tells_it_then()
    {
        var request = Request("GET", "/", ("ambassador-attempt", "9"));

        Write(request, attempt: 1).ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\nambassador-attempt: 9\r\n{Forwarded}\r\n");
        Write(request, attempt: 2).ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\nAmbassador-Attempt: 2\r\n{Forwarded}\r\n");
    }

    /// <summary>Far more than the buffer has room for at first.</summary>
    [Fact]
    public void Long_head_is_whole()
    {
        var values = Enumerable.Range(1, 50).Select(i => ($"X-{i}", new string((char)('a' + (i % 26)), 37 * i))).ToArray();

        Write(Request("GET", "/", values))
            .ShouldBe($"GET / HTTP/1.1\r\nHost: one:81\r\n{string.Concat(values.Select(value => $"{value.Item1}: {value.Item2}\r\n"))}{Forwarded}\r\n");
    }

    private static DefaultHttpContext Request(string method, string target, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        var request = context.Request;
        (request.Method, request.Path, request.QueryString, request.Protocol, request.Scheme) = (method, "/matched", new QueryString("?b=c"), "HTTP/1.1", "http");
        request.Host = new HostString("shop.example");
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.1.2.3");
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return context;
    }

    private static string Write(HttpContext context, DestinationAddress? address = null, PathDecides decides = PathDecides.Nothing, int attempt = 1)
    {
        var output = new SendBuffer();
        RequestHead.Write(output, context, address ?? One, decides, attempt);
        return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(output.Written.Span);
    }

    private static string FirstLine(string head) => head[..head.IndexOf("\r\n", StringComparison.Ordinal)];

    private sealed record Body(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
