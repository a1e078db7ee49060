using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>What each failure over HTTP/1.1 is taken for, on a new connection.</summary>
public class Http1FailureTests
{
    /// <summary>More than socket buffers take.</summary>
    private const int MuchBytes = 8 * 1024 * 1024;

    private const string Impatient = """ "HttpRequest": { "ActivityTimeout": "00:00:00.500" } """;

    private static readonly Dictionary<string, (Reply Reply, Failure Failure)> Cases = new()
    {
        ["close"] = (Reply.Close(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["reset"] = (Reply.Reset(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["close in head"] = (Reply.Ok("hello").CloseInHead(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["reset in head"] = (Reply.Ok("hello").ResetInHead(), Of(Reason.UpstreamReset, Phase.Headers)),
        ["close before body"] = (Reply.Ok("hello").CloseInBody(0), Of(Reason.UpstreamReset, Phase.Body)),
        ["close before chunks"] = (Reply.Status(200).WithChunks("hello").CloseInBody(0), Of(Reason.UpstreamReset, Phase.Body)),
        ["close in body"] = (Reply.Ok("hello").CloseInBody(2), Of(Reason.UpstreamReset, Phase.Body)),
        ["garbage"] = (Reply.Garbage(), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["garbage as chunk"] = (Reply.Raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Of(Reason.UpstreamProtocolError, Phase.Body)),
        ["header nobody may pass on"] = (Reply.Ok().WithHeader("X-A", "a\u0001b"), Of(Reason.UpstreamProtocolError, Phase.Headers)),
        ["headers too large"] = (Reply.OversizeHeaders(100_000), new Failure(Reason.ResponseHeadersTooLarge, Phase.Headers, Verdict.Neutral)),
        ["hang"] = (Reply.Hang(), Of(Reason.UpstreamTimeout, Phase.Headers)),
        ["hang in body"] = (Reply.Ok("hello").Dripped(by: new Gate()), Of(Reason.UpstreamTimeout, Phase.Body)),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    /// <summary>Whether YARP's forwarder serves, or ours.</summary>
    protected virtual bool ByYarp => false;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Fault_is_taken_for_what_it_is(string name)
    {
        await using var one = ScriptedDestination.Start("one", Cases[name].Reply);

        var failure = await FailureWatch.OfAsync(one.Address, Impatient, ambassador => FailureWatch.SendAsync(ambassador, "POST", bodyBytes: 5), ByYarp);

        failure.ShouldBe(Cases[name].Failure);
        one.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task Reset_in_the_body_is_a_reset_in_the_body()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Status(200).WithChunks("1", "2").Dripped(by: gate));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);
        using var watch = FailureWatch.On(ambassador);
        using var caller = await RawClient.ConnectAsync(ambassador.Address.Port);

        // A reset may overtake what was sent before it, so the caller has it first.
        await caller.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
        gate.LetOnePass();
        await caller.ReadUntilAsync("\r\n1\r\n1\r\n");
        await one.DropConnectionsAsync();

        (await watch.NextAsync()).ShouldBe(Of(Reason.UpstreamReset, Phase.Body));
    }

    [Theory]
    [InlineData(AcceptAction.Close)]
    [InlineData(AcceptAction.Reset)]
    public async Task Connection_that_ends_when_it_was_taken_is_a_reset(AcceptAction action)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        one.OnAccept = _ => action;

        var failure = await FailureWatch.OfAsync(one.Address, "", ambassador => FailureWatch.SendAsync(ambassador, "GET"), ByYarp);

        // A reset may come before the handler has looked at the socket at all.
        failure.ShouldBeOneOf(
            Of(Reason.UpstreamReset, Phase.Headers), new Failure(Reason.ConnectFailed, Phase.Connect, Verdict.Failure, NothingSent: true));
        one.ConnectionsOpened.ShouldBe(1);
    }

    [Fact]
    public async Task Reset_while_the_body_is_sent_is_a_reset_in_sending()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset().WithoutReadingBody());

        var failure = await FailureWatch.OfAsync(one.Address, "", ambassador => FailureWatch.SendAsync(ambassador, "PUT", MuchBytes), ByYarp);

        failure.ShouldBe(Of(Reason.UpstreamReset, Phase.Send));
    }

    [Fact]
    public async Task Client_that_leaves_is_nobodys_failure()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Hang());

        var failure = await FailureWatch.OfAsync(one.Address, "", async ambassador =>
        {
            using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
            await one.WaitForAsync(d => d.Requests.Count == 1);
        }, ByYarp);

        failure.ShouldBe(new Failure(Reason: null, Phase.Headers, Verdict.Neutral));
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n", "bad_request")]
    [InlineData("Content-Length: 10\r\n\r\nhello", "request_timeout")] // And no more.
    public async Task Clients_own_fault_is_not_the_destinations(string rest, string reason)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());

        var failure = await FailureWatch.OfAsync(one.Address, Impatient, async ambassador =>
        {
            using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n{rest}");
            await client.ReadToEndAsync();
        }, ByYarp);

        (failure?.Reason?.Name, failure?.Phase, failure?.Verdict).ShouldBe((reason, Phase.Send, Verdict.Neutral));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tunnel_over_a_reused_connection_carries_bytes_and_ends_by_who_ends_it(bool client)
    {
        await using var one = ScriptedDestination.Start("one", request => request.Number == 1 ? Reply.Ok() : Reply.Upgrade("websocket"));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);
        using var watch = await FailureWatch.AfterFirstAsync(ambassador);
        using var caller = await RawClient.ConnectAsync(ambassador.Address.Port);
        await caller.SendAsync(
            "GET / HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        await caller.ReadUntilAsync("\r\n\r\n");
        await caller.SendAsync("ping");
        (await caller.ReadUntilAsync("ping")).ShouldBe("ping");

        if (client)
        {
            caller.Dispose();
        }
        else
        {
            await one.DropConnectionsAsync();
        }

        (await watch.NextAsync()).ShouldBe(client ? new Failure(Reason: null, Phase.Body, Verdict.Neutral) : Of(Reason.UpstreamReset, Phase.Body));
        one.Requests.Select(request => request.ConnectionNumber).ShouldBe(ByYarp ? [1, 1] : [1, 2]); // Tunnels are YARP's.
    }

    [Fact]
    public async Task Body_that_ends_with_its_connection_is_whole()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Raw("HTTP/1.1 200 OK\r\n\r\nhello"));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);

        (await ambassador.GetAsync()).ShouldBe("hello");
    }

    private static Failure Of(Reason reason, Phase phase) => new(reason, phase, Verdict.Failure);
}

/// <summary>The same of YARP's forwarder over .NET's client.</summary>
public sealed class Http1FailureOfYarpTests : Http1FailureTests
{
    protected override bool ByYarp => true;
}
