using System.Net;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Somebody leaves in the middle: the client in each phase, or the destination's entry in the file.</summary>
public sealed class AbortTests : IAsyncDisposable
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));

    [Fact]
    public async Task ClientLeaves_whileWeConnect_isNobodysFault()
    {
        using var hole = await BlackHole.OpenAsync();
        await using var ambassador = await StartAsync(one: hole.Address, settings: """ "ConnectTimeout": "00:01:00" """);

        await LeaveAsync(ambassador, HttpMethod.Get, content: null, () => Eventually.SeesAsync(() => InFlight(ambassador), count => count == 1));

        await ShouldBeForgottenAsync(ambassador);
    }

    [Fact]
    public async Task ClientLeaves_whileItSends_isNobodysFault()
    {
        var half = new HalfBody();
        await using var ambassador = await StartAsync();

        await LeaveAsync(ambassador, HttpMethod.Put, half, () => _one.WaitForAsync(one => one.RequestCount == 1));

        await ShouldBeForgottenAsync(ambassador);
        _one.Requests[0].BodyComplete.ShouldBeFalse();
    }

    [Fact]
    public async Task ClientLeaves_whileItWaitsForHeaders_isNobodysFault()
    {
        _one.AnswerWith(Reply.Hang());
        await using var ambassador = await StartAsync();

        await LeaveAsync(ambassador, HttpMethod.Get, content: null, () => _one.WaitForAsync(one => one.RequestCount == 1));

        await _one.WaitForAsync(one => one.Requests[0].Abandoned);
        await ShouldBeForgottenAsync(ambassador);
    }

    [Fact]
    public async Task ClientLeaves_inTheBody_isNobodysFault()
    {
        _one.AnswerWith(Reply.Ok().WithChunks("first", "never").Dripped(by: new Gate()));
        await using var ambassador = await StartAsync();

        await LeaveAsync(ambassador, HttpMethod.Get, content: null, () => _one.WaitForAsync(one => one.RequestCount == 1));

        await ShouldBeForgottenAsync(ambassador);
    }

    [Fact]
    public async Task ClientLeaves_inThePauseBeforeARetry_thereIsNoRetry()
    {
        _one.AnswerWith(Reply.Status(503, retryAfter: 4));
        await using var ambassador = await StartAsync(instances: 1);

        await LeaveAsync(ambassador, HttpMethod.Get, content: null, () => _one.WaitForAsync(one => one.RequestCount == 1));

        await Eventually.SeesAsync(() => InFlight(ambassador), count => count == 0);
        _one.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task DestinationIsRemoved_inMidRequest_finishesWhatItHas()
    {
        var gate = new Gate();
        _one.AnswerWith(Reply.Ok("one").Held(by: gate));
        using var setup = Setup(_one.Address, instances: 2, settings: "");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var under = ambassador.GetAsync();
        await _one.WaitForAsync(one => one.RequestCount == 1);

        await ApplyAsync(ambassador, setup.WithCluster(""" "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00" """, ("two", _two.Address)));
        (await ambassador.GetAsync()).ShouldBe("two");
        gate.Open();

        (await under).ShouldBe("one");
    }

    [Fact]
    public async Task DestinationIsRemoved_beforeItsAttemptFails_theRetryGoesToWhoIsThereNow()
    {
        var gate = new Gate();
        _one.AnswerWith(Reply.Status(503).Held(by: gate));
        using var setup = Setup(_one.Address, instances: 1, settings: "");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var under = ambassador.GetAsync();
        await _one.WaitForAsync(one => one.RequestCount == 1);

        await ApplyAsync(ambassador, setup.WithCluster(""" "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00" """, ("two", _two.Address)));
        gate.Open();

        (await under).ShouldBe("two");
    }

    [Fact]
    public async Task DestinationMoves_underItsName_startsWithAClosedBreaker()
    {
        _one.AnswerWith(Reply.Status(503));
        const string settings = """ "CircuitBreaker": { "ConsecutiveFailures": 1, "BreakDuration": "01:00:00", "BreakDurationMax": "01:00:00" } """;
        await using var three = ScriptedDestination.Start("three", Reply.Ok("three"));
        using var setup = Setup(_one.Address, instances: 2, settings);
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        (await ambassador.GetAsync()).ShouldBe("two");
        (await ambassador.GetAsync()).ShouldBe("two");
        _one.RequestCount.ShouldBe(1);

        await ApplyAsync(ambassador, setup.WithCluster(""" "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00", """ + settings, ("one", three.Address), ("two", _two.Address)));

        (await ambassador.GetAsync()).ShouldBe("three");
    }

    [Fact]
    public async Task DestinationLeaves_withAnOpenBreaker_isForgotten()
    {
        _one.AnswerWith(Reply.Status(503));
        using var setup = Setup(_one.Address, instances: 2, """ "CircuitBreaker": { "ConsecutiveFailures": 1 } """);
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        (await ambassador.GetAsync()).ShouldBe("two");
        Of(ambassador).HasOpen.ShouldBeTrue();

        await ApplyAsync(ambassador, setup.WithCluster(""" "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00" """, ("two", _two.Address)));

        Of(ambassador).HasOpen.ShouldBeFalse();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private static async Task LeaveAsync(RunningAmbassador ambassador, HttpMethod method, HttpContent? content, Func<Task> when)
    {
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(method, "/") { Content = content };
        var sending = ambassador.Client.SendAsync(request, leaving.Token);
        await when();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending);
    }

    private static async Task ApplyAsync(RunningAmbassador ambassador, AmbassadorSetup setup) =>
        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(setup.Sources))).ShouldBeEmpty();

    private static int InFlight(RunningAmbassador ambassador) => Of(ambassador).Limit.InFlight;

    private static ClusterResilience Of(RunningAmbassador ambassador)
    {
        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster).ShouldBeTrue();
        return ambassador.Services.GetRequiredService<ResilienceStates>().Of(cluster!);
    }

    /// <summary>The request is over, nobody else was asked, nobody is blamed, no memory is held.</summary>
    private async Task ShouldBeForgottenAsync(RunningAmbassador ambassador)
    {
        await Eventually.SeesAsync(() => InFlight(ambassador), count => count == 0);
        _two.RequestCount.ShouldBe(0);
        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster).ShouldBeTrue();
        Of(ambassador).Of(cluster!.Destinations["one"]).Breaker.ConsecutiveFailures.ShouldBe(0);
        ambassador.Services.GetRequiredService<ReplayMemory>().Taken.ShouldBe(0);
    }

    private Task<RunningAmbassador> StartAsync(Uri? one = null, int instances = 2, string settings = "") =>
        RunningAmbassador.StartAsync(Setup(one ?? _one.Address, instances, settings));

    private AmbassadorSetup Setup(Uri one, int instances, string settings)
    {
        const string first = """ "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00", "Limits": { "MaxConcurrentRequests": 100 } """;
        settings = settings.Length == 0 ? first : $"{first}, {settings}";
        return new AmbassadorSetup().WithCluster(settings, [.. new[] { ("one", one), ("two", _two.Address) }.Take(instances)]);
    }

    /// <summary>A body that stops half way.</summary>
    private sealed class HalfBody : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[1_000], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 2_000;
            return true;
        }
    }
}
