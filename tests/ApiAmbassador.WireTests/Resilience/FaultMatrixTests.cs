using System.Security.Cryptography;
using System.Text;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>
/// Every fault against every kind of request: what the client sees, and how often each instance was reached. The first instance has the fault,
/// the second is well.
/// </summary>
public class FaultMatrixTests
{
    private const string Second = "the second instance answers";

    /// <summary>Fault → what happens to requests that may be sent twice, to those that may not, and to a GET without another instance.</summary>
    private static readonly Dictionary<string, (string Repeatable, string Others, string Grpc)> Expected = new()
    {
        ["refused"] = (Second, Second, Second),
        ["black-hole"] = (Second, Second, Second),
        ["accept-then-close"] = (Second, "502 upstream_reset", "grpc 14"),
        ["reset-before-headers"] = (Second, "502 upstream_reset", "grpc 14"),
        ["close-before-headers"] = (Second, "502 upstream_reset", "grpc 14"),
        ["reset-mid-headers"] = (Second, "502 upstream_reset", "grpc 14"),
        ["close-mid-headers"] = (Second, "502 upstream_reset", "grpc 14"),
        ["close-mid-body"] = ("truncated", "truncated", "truncated"),
        ["hang"] = (Second, "504 upstream_timeout", "grpc 4"),
        ["slow-drip"] = (Second, "504 upstream_timeout", "grpc 4"),
        ["garbage"] = (Second, "502 upstream_protocol_error", "grpc 14"),
        ["too-large-headers"] = ("502 response_headers_too_large", "502 response_headers_too_large", "grpc 8"),
        ["500"] = ("500 one", "500 one", "500 one"),
        ["502"] = (Second, "502 one", "502 one"),
        ["503"] = (Second, "503 one", "503 one"),
        ["503-retry-after"] = (Second, "503 one", "503 one"),
        ["504"] = (Second, "504 one", "504 one"),
        ["429"] = ("429 one", "429 one", "429 one"),
        ["429-retry-after"] = ("429 one", "429 one", "429 one"),
    };

    public static TheoryData<string, RequestKind> Matrix
    {
        get
        {
            var rows = new TheoryData<string, RequestKind>();
            foreach (var fault in Expected.Keys)
            {
                foreach (var kind in Enum.GetValues<RequestKind>())
                {
                    rows.Add(fault, kind);
                }
            }

            return rows;
        }
    }

    public static TheoryData<string, RequestKind> Http2Matrix
    {
        get
        {
            var rows = new TheoryData<string, RequestKind>();
            foreach (var fault in new[] { "REFUSED_STREAM", "GOAWAY", "GOAWAY-then-close", "INTERNAL_ERROR", "garbage" })
            {
                foreach (var kind in new[] { RequestKind.Get, RequestKind.PutChunked, RequestKind.PutLarge, RequestKind.PostSmall, RequestKind.PostLarge, RequestKind.PostChunked, RequestKind.Grpc })
                {
                    rows.Add(fault, kind);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Fault_ofOneInstance_isHiddenWhereThatIsSafe(string fault, RequestKind kind)
    {
        await using var one = ScriptedDestination.Start("one", Script(fault));
        await using var two = ScriptedDestination.Start("two", request => Welcome(request));
        using var hole = fault == "black-hole" ? await BlackHole.OpenAsync() : null;
        if (fault == "refused")
        {
            await one.StopListeningAsync();
        }

        one.OnAccept = fault == "accept-then-close" ? _ => AcceptAction.Close : one.OnAccept;
        await using var ambassador = await RunningAmbassador.StartAsync(Setup(fault, hole?.Address ?? one.Address, two.Address));

        var seen = await kind.SendAsync(ambassador, TestContext.Current.CancellationToken);

        var (repeatable, others, grpc) = Expected[fault];
        var expected = kind switch
        {
            RequestKind.Get or RequestKind.PutChunked or RequestKind.WebSocket => repeatable,
            RequestKind.Grpc => grpc,
            _ => others,
        };
        if (fault == "accept-then-close" && expected != Second && two.RequestCount == 1)
        {
            // The connection was closed before a byte of the body was touched: as good as refused.
            expected = Second;
        }

        var served = expected == Second;
        seen.ShouldBe((served, kind) switch
        {
            (true, RequestKind.WebSocket) => "101",
            (true, RequestKind.Grpc) => "grpc 0",
            (true, _) => "200 two",
            (_, RequestKind.WebSocket) => expected == "truncated" ? "200" : expected[..3], // A handshake is over with its headers.
            _ => expected,
        });
        two.RequestCount.ShouldBe(served ? 1 : 0);
        one.RequestCount.ShouldBe(fault is "refused" or "black-hole" or "accept-then-close" ? 0 : 1);
        two.Requests.ShouldAllBe(request => request.Header("Ambassador-Attempt") == "2");
        one.Requests.ShouldAllBe(request => request.Header("Ambassador-Attempt") == null);
        if (served && kind is RequestKind.PutChunked)
        {
            two.Requests[0].BodyLength.ShouldBe(20_000);
            two.Requests[0].BodyComplete.ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Http2Matrix))]
    public async Task Http2Fault_ofOneInstance_isHiddenWhereThatIsSafe(string fault, RequestKind kind)
    {
        await using var one = ScriptedHttp2Destination.Start(fault switch
        {
            "REFUSED_STREAM" => Http2Reply.Reset(Http2Error.RefusedStream),
            "GOAWAY" => Http2Reply.GoAway(lastStreamId: 0, Http2Error.NoError),
            "GOAWAY-then-close" => Http2Reply.GoAway(lastStreamId: 1, Http2Error.NoError).ThenClose(),
            "INTERNAL_ERROR" => Http2Reply.Reset(Http2Error.InternalError),
            _ => Http2Reply.Garbage(),
        });
        await using var two = ScriptedHttp2Destination.Start(Http2Reply.Ok("two"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """ "LoadBalancingPolicy": "FirstAlphabetical", "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" } """,
            ("one", one.Address), ("two", two.Address)));

        var seen = await kind.SendAsync(ambassador, TestContext.Current.CancellationToken);

        var repeatable = kind is RequestKind.Get or RequestKind.PutChunked;
        seen.ShouldBe((repeatable, kind, fault) switch
        {
            (true, _, _) => "200 two",
            (_, RequestKind.Grpc, _) => "grpc 14",
            (_, _, "garbage") => "502 upstream_protocol_error",
            _ => "502 upstream_reset",
        });
        two.Requests.Count.ShouldBe(repeatable ? 1 : 0);

        // What the destination has refused without looking at it, HttpClient itself sends to it again, if it has no body.
        one.Requests.Count.ShouldBeInRange(1, kind == RequestKind.Get && fault is "REFUSED_STREAM" or "GOAWAY" ? 4 : 1);
    }

    /// <summary>A handshake gets a WebSocket, a gRPC call a status, everybody else a body.</summary>
    private static Reply Welcome(ReceivedRequest request)
    {
        if (request.Header("Sec-WebSocket-Key") is { } key)
        {
#pragma warning disable CA5350 // The protocol's own: RFC 6455, section 4.2.2.
            var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            return Reply.Upgrade("websocket").WithHeader("Sec-WebSocket-Accept", accept);
        }

        return request.Header("Content-Type") == "application/grpc"
            ? Reply.Ok().WithHeader("Content-Type", "application/grpc").WithHeader("grpc-status", "0")
            : Reply.Ok("two");
    }

    private static Reply Script(string fault) => fault switch
    {
        "reset-before-headers" => Reply.Reset(),
        "close-before-headers" => Reply.Close(),
        "reset-mid-headers" => Reply.Ok("one").ResetInHead(),
        "close-mid-headers" => Reply.Ok("one").CloseInHead(),
        "close-mid-body" => Reply.Ok(new string('x', 1_000)).CloseInBody(afterBytes: 500),
        "hang" => Reply.Hang(),
        "slow-drip" => Reply.Raw("HTTP/1.1 200 OK\r\nX-Slow: ").Held(by: new Gate()),
        "garbage" => Reply.Garbage(),
        "too-large-headers" => Reply.OversizeHeaders(100_000),
        _ when int.TryParse(fault.Split('-')[0], out var status) =>
            Reply.Status(status, retryAfter: fault.EndsWith("retry-after", StringComparison.Ordinal) ? 3 : null).WithBody("one says no"),
        _ => Reply.Ok("one"),
    };

    private static AmbassadorSetup Setup(string fault, Uri one, Uri two) => new AmbassadorSetup().WithFile(
        $$"""
        {
          "ReverseProxy": {
            "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Retry": { {{(fault is "hang" or "slow-drip" ? "\"PerAttemptTimeout\": \"00:00:00.700\"" : "")}} } } },
            "Clusters": {
              "api": {
                "LoadBalancingPolicy": "FirstAlphabetical",
                {{(fault == "black-hole" ? "\"ConnectTimeout\": \"00:00:00.500\"," : "")}}
                "Destinations": { "one": { "Address": "{one}" }, "two": { "Address": "{two}" } }
              }
            }
          }
        }
        """,
        ("one", one), ("two", two));
}
