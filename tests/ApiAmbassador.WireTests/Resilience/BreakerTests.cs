using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Breakers on real sockets: when they open, what callers see then, and how they close.</summary>
public sealed class BreakerTests : IAsyncDisposable
{
    private const string LongBreak = """ "ConsecutiveFailures": 3, "BreakDuration": "01:00:00", "BreakDurationMax": "01:00:00" """;
    private const string ShortBreak = """ "ConsecutiveFailures": 3, "BreakDuration": "00:00:00.500", "BreakDurationMax": "00:00:00.500" """;

    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Status(503).WithBody("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task InstanceThatFails_getsNoMoreRequests(string method)
    {
        await using var ambassador = await StartAsync(LongBreak);
        for (var i = 0; i < 10; i++)
        {
            using var response = await ambassador.SendAsync(method, "/");
            (await response.TextAsync()).ShouldBe(method == "GET" || i >= 3 ? "two" : "one");
        }

        _one.RequestCount.ShouldBe(3);
        StateOf(ambassador, "one").State.ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task PlainErrorsOfTheApplication_openNothing()
    {
        _one.AnswerWith(Reply.Status(500));
        await using var ambassador = await StartAsync(LongBreak);
        for (var i = 0; i < 30; i++)
        {
            using var response = await ambassador.SendAsync("GET", "/");
            response.Status().ShouldBe(500);
        }

        StateOf(ambassador, "one").IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task BreakOver_oneRequestTriesAndItsSuccessCloses()
    {
        await using var ambassador = await StartAsync(ShortBreak);
        await OpenAsync(ambassador);

        _one.AnswerWith(Reply.Ok("one"));

        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");
        StateOf(ambassador, "one").IsOpen.ShouldBeFalse();
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task BreakOver_oneRequestAtATimeTries()
    {
        var gate = new Gate();
        await using var ambassador = await StartAsync(ShortBreak);
        await OpenAsync(ambassador);
        _one.AnswerWith(Reply.Ok("one").Held(by: gate));
        await Eventually.SeesAsync(() => StateOf(ambassador, "one").TimeToTrial, left => left == TimeSpan.Zero);

        var trial = ambassador.GetAsync();
        await _one.WaitForAsync(one => one.RequestCount == 4);
        (await ambassador.GetAsync()).ShouldBe("two");
        StateOf(ambassador, "one").State.ShouldBe(BreakerState.HalfOpen);

        gate.Open();
        (await trial).ShouldBe("one");
        StateOf(ambassador, "one").IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task ClientThatLeavesATrial_doesNotClose()
    {
        await using var ambassador = await StartAsync(ShortBreak);
        await OpenAsync(ambassador);
        _one.AnswerWith(Reply.Hang());
        await Eventually.SeesAsync(() => StateOf(ambassador, "one").TimeToTrial, left => left == TimeSpan.Zero);
        using (var leaving = new CancellationTokenSource())
        {
            var trial = ambassador.Client.GetAsync("/", leaving.Token);
            await _one.WaitForAsync(one => one.RequestCount == 4);
            await leaving.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(trial);
        }

        // Its place is free again, and nothing is decided: the next one tries.
        await Eventually.SeesAsync(() => StateOf(ambassador, "one").State, state => state == BreakerState.Open);
        _one.AnswerWith(Reply.Status(503));
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), _ => _one.RequestCount == 5);
        StateOf(ambassador, "one").IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task OpensInMidFlight_whatIsUnderWayIsLeftAlone()
    {
        var gate = new Gate();
        _one.AnswerWith(request => request.Target == "/slow" ? Reply.Ok("slow").Held(by: gate) : Reply.Status(503));
        await using var ambassador = await StartAsync(LongBreak);
        var slow = ambassador.GetAsync("/slow");
        await _one.WaitForAsync(one => one.RequestCount == 1);
        await OpenAsync(ambassador);

        gate.Open();

        (await slow).ShouldBe("slow");
        StateOf(ambassador, "one").IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task AllRefuseConnections_isSaidAtOnceWithATime()
    {
        await _one.StopListeningAsync();
        await _two.StopListeningAsync();
        await using var ambassador = await StartAsync(LongBreak);
        using var open = await Eventually.SeesAsync(_ => ambassador.SendAsync("POST", "/"), response => response.Status() == 503);

        open.Header("Proxy-Status").ShouldBe("ambassador; error=destination_unavailable; details=\"circuit_open\"; phase=queue");
        open.Headers.RetryAfter!.Delta!.Value.TotalMinutes.ShouldBeInRange(59, 67);
        (await open.TextAsync()).ShouldContain("\"reason\":\"circuit_open\"");
        var ready = await ambassador.Admin.GetStringAsync("/readyz", TestContext.Current.CancellationToken);
        ready.ShouldContain("no usable destination in api");
    }

    [Fact]
    public async Task AllRefuseConnections_aSplitsShareGoesToTheOtherSide()
    {
        await _one.StopListeningAsync();
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            $$"""
            {
              "ReverseProxy": {
                "Routes": { "api": { "Match": { "Path": "{**any}" }, "Split": { "Clusters": { "v1": 100, "v2": 0.000001 } } } },
                "Clusters": {
                  "v1": { "Destinations": { "one": { "Address": "{one}" } }, "CircuitBreaker": { {{LongBreak}} } },
                  "v2": { "Destinations": { "two": { "Address": "{two}" } } }
                }
              }
            }
            """,
            ("one", _one.Address), ("two", _two.Address)));
        using var failed = await ambassador.SendAsync("POST", "/");
        failed.Status().ShouldBe(502); // Three attempts at one, and its breaker is open.

        (await ambassador.GetAsync()).ShouldBe("two");
    }

    [Fact]
    public async Task AllAnswer503_theClusterNeverLosesItsLastHost()
    {
        _two.AnswerWith(Reply.Status(503).WithBody("two"));
        await using var ambassador = await StartAsync(LongBreak);
        for (var i = 0; i < 20; i++)
        {
            using var response = await ambassador.SendAsync("POST", "/");
            (response.Status(), await response.TextAsync() is "one" or "two").ShouldBe((503, true));
        }

        (StateOf(ambassador, "one").IsOpen, StateOf(ambassador, "two").IsOpen).ShouldBe((true, true));
    }

    [Fact]
    public async Task TheKeepAliveRace_isNotBlamedOnTheInstance()
    {
        _one.AnswerWith(request => request.NumberOnConnection > 1 ? Reply.Reset() : Reply.Ok("one"));
        await using var ambassador = await StartAsync(""" "ConsecutiveFailures": 1, "BreakDuration": "01:00:00", "BreakDurationMax": "01:00:00" """);
        using var content = new StringContent("body");
        for (var i = 0; i < 6; i++)
        {
            using var response = await ambassador.Client.PutAsync("/", content, TestContext.Current.CancellationToken);
            response.Status().ShouldBe(200);
        }

        StateOf(ambassador, "one").IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task Passthrough_asksWhoeverIsThere()
    {
        await using var ambassador = await StartAsync(LongBreak, passthrough: true);
        for (var i = 0; i < 10; i++)
        {
            using var response = await ambassador.SendAsync("GET", "/");
            response.Status().ShouldBe(503);
        }

        _one.RequestCount.ShouldBe(10);
        (await ambassador.Admin.GetStringAsync("/readyz", TestContext.Current.CancellationToken)).ShouldContain("Passthrough on");
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private static Breaker StateOf(RunningAmbassador ambassador, string destination)
    {
        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster).ShouldBeTrue();
        return ambassador.Services.GetRequiredService<ResilienceStates>().Of(cluster!).Of(cluster!.Destinations[destination]).Breaker;
    }

    /// <summary>Three POSTs, which nobody tries again.</summary>
    private static async Task OpenAsync(RunningAmbassador ambassador)
    {
        for (var i = 0; i < 3; i++)
        {
            using var response = await ambassador.SendAsync("POST", "/");
            response.Status().ShouldBe(503);
        }

        StateOf(ambassador, "one").IsOpen.ShouldBeTrue();
    }

    private Task<RunningAmbassador> StartAsync(string breaker, bool passthrough = false) => RunningAmbassador.StartAsync(
        new AmbassadorSetup()
            .With("Ambassador__Passthrough", passthrough ? "true" : "false")
            .WithCluster($$""" "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00", "CircuitBreaker": { {{breaker}} } """, ("one", _one.Address), ("two", _two.Address)));
}
