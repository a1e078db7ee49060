using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>What each failure over HTTP/2 is taken for, and how often a request is sent that the destination refuses.</summary>
public class Http2FailureTests
{
    private const string Http2 = """ "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" } """;

    private static readonly Failure Refused = new(Reason.UpstreamReset, Phase.Headers, Verdict.Failure, RefusedStream: true);

    private static readonly Dictionary<string, (Http2Reply Reply, Failure Failure)> Cases = new()
    {
        ["NO_ERROR"] = (Http2Reply.Reset(Http2Error.NoError), Of(Reason.UpstreamReset, Phase.Headers)),
        ["PROTOCOL_ERROR"] = (Http2Reply.Reset(Http2Error.ProtocolError), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["INTERNAL_ERROR"] = (Http2Reply.Reset(Http2Error.InternalError), Of(Reason.UpstreamReset, Phase.Headers)),
        ["FLOW_CONTROL_ERROR"] = (Http2Reply.Reset(Http2Error.FlowControlError), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["SETTINGS_TIMEOUT"] = (Http2Reply.Reset(Http2Error.SettingsTimeout), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["STREAM_CLOSED"] = (Http2Reply.Reset(Http2Error.StreamClosed), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["FRAME_SIZE_ERROR"] = (Http2Reply.Reset(Http2Error.FrameSizeError), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["REFUSED_STREAM"] = (Http2Reply.Reset(Http2Error.RefusedStream), Refused),
        ["CANCEL"] = (Http2Reply.Reset(Http2Error.Cancel), Of(Reason.UpstreamReset, Phase.Headers)),
        ["COMPRESSION_ERROR"] = (Http2Reply.Reset(Http2Error.CompressionError), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["CONNECT_ERROR"] = (Http2Reply.Reset(Http2Error.ConnectError), Of(Reason.UpstreamReset, Phase.Headers)),
        ["ENHANCE_YOUR_CALM"] = (Http2Reply.Reset(Http2Error.EnhanceYourCalm), Of(Reason.UpstreamReset, Phase.Headers)),
        ["INADEQUATE_SECURITY"] = (Http2Reply.Reset(Http2Error.InadequateSecurity), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["HTTP_1_1_REQUIRED"] = (Http2Reply.Reset(Http2Error.Http11Required), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["unknown code"] = (Http2Reply.Reset((Http2Error)99), Of(Reason.UpstreamReset, Phase.Headers)),
        ["GOAWAY without the stream"] = (Http2Reply.GoAway(lastStreamId: 0, Http2Error.NoError), Refused),
        ["GOAWAY without the stream, for its faults"] = (Http2Reply.GoAway(lastStreamId: 0, Http2Error.ProtocolError), Refused),
        ["GOAWAY with the stream, and a close"] = (Http2Reply.GoAway(lastStreamId: 1, Http2Error.NoError).ThenClose(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["close"] = (Http2Reply.Hang().ThenClose(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["reset of the connection"] = (Http2Reply.Hang().ThenResetConnection(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["garbage"] = (Http2Reply.Garbage(), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["one header too large"] = (Http2Reply.OversizeHeaders(100_000), TooLarge()),
        ["headers too large together"] = (Http2Reply.OversizeHeaders(40_000, 40_000), TooLarge()),
        ["INTERNAL_ERROR in the body"] = (Http2Reply.Begin().ThenReset(Http2Error.InternalError), Of(Reason.UpstreamReset, Phase.Body)),
        ["REFUSED_STREAM in the body"] = (Http2Reply.Begin().ThenReset(Http2Error.RefusedStream), Of(Reason.UpstreamReset, Phase.Body)),
        ["PROTOCOL_ERROR in the body"] = (Http2Reply.Begin("hello").ThenReset(Http2Error.ProtocolError), Of(Reason.UpstreamProtocolError, Phase.Body)),
        ["close in the body"] = (Http2Reply.Begin("hello").ThenClose(), Of(Reason.UpstreamReset, Phase.Body)),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Fault_is_taken_for_what_it_is(string name)
    {
        await using var one = ScriptedHttp2Destination.Start(Cases[name].Reply);

        var failure = await FailureWatch.OfAsync(one.Address, Http2, ambassador => FailureWatch.SendAsync(ambassador, "POST", bodyBytes: 5));

        failure.ShouldBe(Cases[name].Failure);
        one.Requests.ShouldHaveSingleItem("a request with a body is never sent again by the handler");
    }

    [Theory]
    [InlineData("GET", "REFUSED_STREAM")]
    [InlineData("POST", "REFUSED_STREAM")]
    [InlineData("GET", "GOAWAY without the stream")]
    [InlineData("POST", "GOAWAY without the stream")]
    public async Task Refused_request_without_a_body_is_sent_four_times_by_the_handler_and_refused_four_times(string method, string name)
    {
        await using var one = ScriptedHttp2Destination.Start(Cases[name].Reply);

        var failure = await FailureWatch.OfAsync(one.Address, Http2, ambassador => FailureWatch.SendAsync(ambassador, method));

        failure.ShouldBe(Refused);
        one.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("INTERNAL_ERROR")]
    [InlineData("REFUSED_STREAM")]
    [InlineData("GOAWAY without the stream")]
    public async Task Fault_while_the_body_is_on_its_way_is_the_destinations_and_the_request_is_sent_once(string name)
    {
        await using var one = ScriptedHttp2Destination.Start(Cases[name].Reply.WithoutReadingBody());

        var failure = await FailureWatch.OfAsync(one.Address, Http2, async ambassador =>
        {
            using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
            await client.SendAsync("POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 10\r\n\r\nhello");
            await client.ReadUntilAsync("}");
        });

        // The handler hears of it from the stream or from the body, whichever is first. From the body it does not hear of a refusal.
        (failure?.Reason, failure?.Verdict).ShouldBe((Reason.UpstreamReset, Verdict.Failure));
        one.Requests.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(AcceptAction.Close)]
    [InlineData(AcceptAction.Reset)]
    public async Task Connection_that_ends_before_its_first_frame_is_a_reset(AcceptAction action)
    {
        await using var one = ScriptedHttp2Destination.Start(Http2Reply.Ok());
        one.OnAccept = _ => action;

        var failure = await FailureWatch.OfAsync(one.Address, Http2, ambassador => FailureWatch.SendAsync(ambassador, "GET"));

        // A reset may come before the handler has looked at the socket at all.
        failure.ShouldBeOneOf(
            Of(Reason.UpstreamReset, Phase.Headers), new Failure(Reason.ConnectFailed, Phase.Connect, Verdict.Failure, NothingSent: true));
    }

    [Fact]
    public async Task Server_of_HTTP_1_1_speaks_no_HTTP_2()
    {
        await using var one = ScriptedHttp2Destination.Start(Http2Reply.Ok());
        one.Greeting = "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray();

        var failure = await FailureWatch.OfAsync(one.Address, Http2, ambassador => FailureWatch.SendAsync(ambassador, "GET"));

        // Where the handler sees it before it has given the connection to the request, it does not say what it saw.
        failure.ShouldBeOneOf(Of(Reason.UpstreamProtocolError, Phase.Headers), Of(Reason.UpstreamReset, Phase.Headers));
    }

    [Fact]
    public async Task Whole_answer_is_no_failure()
    {
        await using var one = ScriptedHttp2Destination.Start(Http2Reply.Ok("hello"));

        (await FailureWatch.OfAsync(one.Address, Http2, ambassador => FailureWatch.SendAsync(ambassador, "PUT", bodyBytes: 100_000))).ShouldBeNull();

        var request = one.Requests.ShouldHaveSingleItem();
        (request.Method, request.Target, request.Header("content-length"), request.BodyLength).ShouldBe(("PUT", "/x", "100000", 100_000));
    }

    [Fact]
    public async Task Answer_before_the_end_of_the_body_is_no_failure()
    {
        await using var one = ScriptedHttp2Destination.Start(Http2Reply.Ok("enough").ThenReset(Http2Error.NoError).WithoutReadingBody());

        var failure = await FailureWatch.OfAsync(one.Address, Http2, ambassador => FailureWatch.SendAsync(ambassador, "PUT", bodyBytes: 8 * 1024 * 1024));

        failure.ShouldBeNull();
    }

    private static Failure Of(Reason reason, Phase phase) => new(reason, phase, Verdict.Failure);

    private static Failure TooLarge() => new(Reason.ResponseHeadersTooLarge, Phase.Headers, Verdict.Neutral);
}
