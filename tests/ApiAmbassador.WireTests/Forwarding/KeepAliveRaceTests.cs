using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>
/// A connection that ends when a request is sent on it, without a byte of an answer: on a reused one it may be the keep-alive race, on a new one it is
/// the destination's failure. In no case is the request sent again behind our back.
/// </summary>
public class KeepAliveRaceTests
{
    private const int MuchBytes = 8 * 1024 * 1024;

    public static MatrixTheoryData<string, string> Requests { get; } = new(
        ["GET", "HEAD", "OPTIONS", "DELETE", "PUT", "POST", "PATCH", "REPORT", "POST empty", "PUT body", "POST body", "POST expecting"], ["close", "reset"]);

    /// <summary>Whether YARP's forwarder serves, or ours.</summary>
    protected virtual bool ByYarp => false;

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Reused_connection_that_ends_is_the_race_and_the_request_is_sent_once(string request, string end)
    {
        await using var one = ScriptedDestination.Start("one", received => received.Target == "/" ? Reply.Ok() : End(end, received));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);
        using var watch = await FailureWatch.AfterFirstAsync(ambassador);

        await SendAsync(ambassador, request);

        // Whoever waits for a 100 Continue is YARP's, on a connection of its own.
        var isReused = ByYarp || request != "POST expecting";
        (await watch.NextAsync()).ShouldBe(
            isReused ? new Failure(Reason.UpstreamReset, Phase.Headers, Verdict.Neutral, KeepAliveRace: true) : new Failure(Reason.UpstreamReset, Phase.Headers, Verdict.Failure));
        one.Requests.Select(received => (received.ConnectionNumber, received.NumberOnConnection)).ShouldBe([(1, 1), isReused ? (1, 2) : (2, 1)]);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task New_connection_that_ends_is_a_failure_and_the_request_is_sent_once(string request, string end)
    {
        await using var one = ScriptedDestination.Start("one", received => End(end, received));

        var failure = await FailureWatch.OfAsync(one.Address, "", ambassador => SendAsync(ambassador, request), ByYarp);

        failure.ShouldBe(new Failure(Reason.UpstreamReset, Phase.Headers, Verdict.Failure));
        one.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task Reused_connection_that_ends_while_the_body_is_sent_is_the_race()
    {
        await using var one = ScriptedDestination.Start("one", received => received.Target == "/" ? Reply.Ok() : Reply.Reset().WithoutReadingBody());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);
        using var watch = await FailureWatch.AfterFirstAsync(ambassador);

        await FailureWatch.SendAsync(ambassador, "PUT", MuchBytes);

        (await watch.NextAsync()).ShouldBe(new Failure(Reason.UpstreamReset, Phase.Send, Verdict.Neutral, KeepAliveRace: true));
    }

    [Fact]
    public async Task Reused_connection_that_ends_after_a_byte_of_the_answer_is_a_failure()
    {
        await using var one = ScriptedDestination.Start("one", received => received.Target == "/" ? Reply.Ok() : Reply.Raw("H"));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);
        using var watch = await FailureWatch.AfterFirstAsync(ambassador);

        await FailureWatch.SendAsync(ambassador, "GET");

        (await watch.NextAsync()).ShouldBe(new Failure(Reason.UpstreamReset, Phase.Headers, Verdict.Failure));
    }

    [Fact]
    public async Task Reused_connection_that_ends_after_an_interim_answer_is_a_failure()
    {
        await using var one = ScriptedDestination.Start(
            "one", received => received.Target == "/" ? Reply.Ok() : Reply.Close().WithInterim(Reply.Status(103)));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);
        using var watch = await FailureWatch.AfterFirstAsync(ambassador);

        await FailureWatch.SendAsync(ambassador, "GET");

        (await watch.NextAsync()).ShouldBe(new Failure(Reason.UpstreamReset, Phase.Headers, Verdict.Failure));
    }

    [Fact]
    public async Task Connection_that_ends_while_it_is_idle_is_not_used_again()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok().ThenCloseSilently());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "", ByYarp);

        for (var i = 0; i < 5; i++)
        {
            await ambassador.GetAsync();
            await one.WaitForAsync(d => d.ConnectionsOpen == 0);
        }

        one.Requests.Select(received => received.ConnectionNumber).ShouldBe([1, 2, 3, 4, 5]);
    }

    /// <summary>Without the handler's own second sending a probe would fail now and then for no fault of the destination.</summary>
    [Fact]
    public async Task Probe_that_loses_the_race_says_nothing()
    {
        await using var one = ScriptedDestination.Start("one", received => received.NumberOnConnection > 1 ? Reply.Close() : Reply.Ok());
        await using var ambassador = await FailureWatch.StartAsync(
            one.Address, """ "HealthCheck": { "Active": { "Enabled": true, "Interval": "00:00:00.050", "Path": "/probe", "UnhealthyThreshold": 1 } } """);

        await one.WaitForAsync(d => d.Requests.Count(received => received.NumberOnConnection > 1) >= 3);

        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster).ShouldBeTrue();
        cluster.Destinations["one"].Health.Active.ShouldBe(DestinationHealth.Healthy);
    }

    private static Reply End(string end, ReceivedRequest received)
    {
        var reply = end is "close" ? Reply.Close() : Reply.Reset();
        return received.ExpectsContinue ? reply.WithoutReadingBody() : reply; // Else it would be told to continue.
    }

    /// <summary>Byte for byte, because clients have ideas of their own about requests without a body.</summary>
    private static async Task SendAsync(RunningAmbassador ambassador, string request)
    {
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        var (headers, body) = request.Split(' ') switch
        {
            [_, "empty"] => ("Content-Length: 0\r\n", ""),
            [_, "body"] => ("Content-Length: 5\r\n", "hello"),
            [_, "expecting"] => ("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"),
            _ => ("", ""),
        };
        await client.SendAsync($"{request.Split(' ')[0]} /x HTTP/1.1\r\nHost: api\r\nConnection: close\r\n{headers}\r\n{body}");
        await client.ReadToEndAsync();
    }
}

/// <summary>The same of YARP's forwarder over .NET's client, which would send some requests again by itself.</summary>
public sealed class KeepAliveRaceOfYarpTests : KeepAliveRaceTests
{
    protected override bool ByYarp => true;
}
