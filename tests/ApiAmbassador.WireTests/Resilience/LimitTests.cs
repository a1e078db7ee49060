using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>As many requests at once as a cluster and its instances may have; the others wait or are turned away.</summary>
public sealed class LimitTests : IAsyncDisposable
{
    private readonly Gate _gate = new();
    private readonly ScriptedDestination _one;
    private readonly ScriptedDestination _two;

    public LimitTests()
    {
        _one = ScriptedDestination.Start("one", Reply.Ok("one").Held(by: _gate));
        _two = ScriptedDestination.Start("two", Reply.Ok("two").Held(by: _gate));
    }

    [Fact]
    public async Task MoreThanTheClusterMayHave_isTurnedAwayAtOnce()
    {
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequests": 2 """);
        var running = new[] { ambassador.GetAsync(), ambassador.GetAsync() };
        await Eventually.SeesAsync(() => LimitOf(ambassador).InFlight, count => count == 2);

        using var third = await ambassador.SendAsync("GET", "/");

        third.Status().ShouldBe(503);
        third.Header("Proxy-Status").ShouldBe("ambassador; error=connection_limit_reached; details=\"overflow\"; phase=queue");
        third.Header("Retry-After").ShouldBe("1");
        (await third.TextAsync()).ShouldContain("\"reason\":\"overflow\"");
        _gate.Open();
        await Task.WhenAll(running);
        LimitOf(ambassador).InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task MoreThanAnInstanceMayHave_goesToTheOtherAndThenNowhere()
    {
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequestsPerDestination": 2 """);
        var running = Enumerable.Range(0, 4).Select(_ => ambassador.GetAsync()).ToArray();
        await Eventually.SeesAsync(() => _one.RequestCount + _two.RequestCount, count => count == 4);

        using var fifth = await ambassador.SendAsync("GET", "/");

        fifth.Status().ShouldBe(503);
        (_one.RequestCount, _two.RequestCount).ShouldBe((2, 2));
        _gate.Open();
        (await Task.WhenAll(running)).Count(answer => answer == "one").ShouldBe(2);
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task WhoWaits_isServedWhenSomebodyLeaves()
    {
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1, "QueueTimeout": "00:01:00" """);
        var first = ambassador.GetAsync("/first");
        await _one.WaitForAsync(one => one.RequestCount == 1);
        var second = ambassador.GetAsync("/second");
        await Eventually.SeesAsync(() => LimitOf(ambassador).Queued, count => count == 1);
        using var third = await ambassador.SendAsync("GET", "/third");
        third.Status().ShouldBe(503);

        _gate.LetOnePass();

        await first;
        await _one.WaitForAsync(one => one.Requests.Any(request => request.Target == "/second"));
        _gate.Open();
        await second;
    }

    [Fact]
    public async Task WhoWaitsTooLong_isTurnedAway()
    {
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1, "QueueTimeout": "00:00:00.100" """);
        var first = ambassador.GetAsync();
        await _one.WaitForAsync(one => one.RequestCount == 1);

        using var second = await ambassador.SendAsync("GET", "/");

        second.Status().ShouldBe(503);
        _gate.Open();
        await first;
    }

    [Fact]
    public async Task ClientThatLeavesTheQueue_givesUpItsPlace()
    {
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1, "QueueTimeout": "00:01:00" """);
        var first = ambassador.GetAsync();
        await _one.WaitForAsync(one => one.RequestCount == 1);
        using var leaving = new CancellationTokenSource();
        var second = ambassador.Client.GetAsync("/", leaving.Token);
        await Eventually.SeesAsync(() => LimitOf(ambassador).Queued, count => count == 1);

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);

        await Eventually.SeesAsync(() => LimitOf(ambassador).Queued, count => count == 0);
        _gate.Open();
        await first;
        (_one.RequestCount + _two.RequestCount).ShouldBe(1);
    }

    [Fact]
    public async Task ARetry_holdsOnePlaceOnly()
    {
        _one.AnswerWith(Reply.Status(503));
        _gate.Open();
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequests": 1, "MaxConcurrentRequestsPerDestination": 1 """);

        for (var i = 0; i < 4; i++)
        {
            (await ambassador.GetAsync()).ShouldBe("two");
        }

        LimitOf(ambassador).InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Passthrough_knowsNoLimit()
    {
        await using var ambassador = await StartAsync(""" "MaxConcurrentRequests": 1 """, passthrough: true);
        var running = new[] { ambassador.GetAsync(), ambassador.GetAsync() };
        await Eventually.SeesAsync(() => _one.RequestCount + _two.RequestCount, count => count == 2);
        _gate.Open();

        await Task.WhenAll(running);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Open();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private static ConcurrencyLimit LimitOf(RunningAmbassador ambassador)
    {
        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster).ShouldBeTrue();
        return ambassador.Services.GetRequiredService<ResilienceStates>().Of(cluster!).Limit;
    }

    private Task<RunningAmbassador> StartAsync(string limits, bool passthrough = false) => RunningAmbassador.StartAsync(
        new AmbassadorSetup()
            .With("Ambassador__Passthrough", passthrough ? "true" : "false")
            .WithCluster($$""" "LoadBalancingPolicy": "FirstAlphabetical", "Limits": { {{limits}} } """, ("one", _one.Address), ("two", _two.Address)));
}
