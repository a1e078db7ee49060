using System.Diagnostics;
using ApiAmbassador.Discovery;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Several sources, configured destinations beside them, and what they say of weights and priorities.</summary>
public sealed class SourcesTogetherTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Sources_andConfiguredDestinations_areOnePool_andWhomTwoNameIsThereOnce()
    {
        await using var file = await TestSource.StartAsync("file", _fleet.Port);
        await using var dns = await TestSource.StartAsync("dns", _fleet.Port);
        var (a, b, c, d) = (await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync());
        await file.NameAsync(a, b);
        await dns.NameAsync(b, c);
        _setup.WithDiscovery($"{file.Setting}, {dns.Setting}", "\"LoadBalancingPolicy\": \"RoundRobin\"", ("four", new Uri($"http://{d}:{_fleet.Port}")));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);

        await ambassador.HasAsync("four", _fleet.IdOf(a), _fleet.IdOf(b), _fleet.IdOf(c));
        var answers = await ambassador.CountAnswersAsync(80);
        answers.Values.ShouldAllBe(count => count == 20);

        // One of the two names it no more; the other one does.
        await file.NameAsync(a);
        await ambassador.SourceAsync("file", status => (int)status["instances"]! == 1);
        ambassador.Destinations().ShouldContain(_fleet.IdOf(b));
        await dns.NameAsync(c);
        await ambassador.HasAsync("four", _fleet.IdOf(a), _fleet.IdOf(c));
    }

    [Fact]
    public async Task Weights_ofAList_areTheSharesOfRequests()
    {
        var factory = new TestFactory();
        var source = factory.Push("pushed");
        var (a, b, c) = (await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync());
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(""" "File": { "Path": "pushed" } """), factory.Replace);
        await source.PushAsync(SourceAnswer.Listed(
            [new Instance("http", a, _fleet.Port, Weight: 6), new Instance("http", b, _fleet.Port, Weight: 3), new Instance("http", c, _fleet.Port)]));
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b), _fleet.IdOf(c));

        var answers = await ambassador.CountAnswersAsync(1000, atOnce: 4);

        answers[a].ShouldBeInRange(580, 620);
        answers[b].ShouldBeInRange(280, 320);
        answers[c].ShouldBeInRange(80, 120);

        // A weight that changes is in force without anybody being new.
        await source.PushAsync(SourceAnswer.Listed(
            [new Instance("http", a, _fleet.Port, Weight: 0), new Instance("http", b, _fleet.Port), new Instance("http", c, _fleet.Port)]));
        await Eventually.SeesAsync(async _ => (double)(await ambassador.DestinationAsync("api", _fleet.IdOf(a)))["weight"]!, weight => weight == 0);
        (await ambassador.CountAnswersAsync(100)).Keys.ShouldNotContain(a);
    }

    [Fact]
    public async Task Priorities_ofServices_theSecondServesOnlyWhileTheFirstIsDown()
    {
        await using var bind = await Bind.StartAsync();
        var (a, b, c) = (await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync());
        await bind.UpdateAsync(
            $"update add a.test. 1 A {a}", $"update add b.test. 1 A {b}", $"update add c.test. 1 A {c}",
            $"update add _api._tcp.test. 1 SRV 10 30 {_fleet.Port} a.test.",
            $"update add _api._tcp.test. 1 SRV 10 10 {_fleet.Port} b.test.",
            $"update add _api._tcp.test. 1 SRV 20 10 {_fleet.Port} c.test.");
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(
            $$""" "DnsSrv": { "Name": "_api._tcp.test", "Server": "{{bind.Server}}", "Refresh": "00:00:00.2" } """,
            """ "HealthCheck": { "Active": { "Enabled": true, "Interval": "00:00:00.1", "Timeout": "00:00:01" } } """));
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b), _fleet.IdOf(c));

        var answers = await ambassador.CountAnswersAsync(400, atOnce: 4);
        answers.Keys.ShouldBe([a, b], ignoreOrder: true);
        answers[a].ShouldBeInRange(288, 312);

        await _fleet.StopAsync(a);
        await _fleet.StopAsync(b);
        await Eventually.SeesAsync(async _ => string.Join(' ', (await ambassador.CountAnswersAsync(20)).Keys), seen => seen == c);
        await _fleet.StartAsync(a);
        await Eventually.SeesAsync(async _ => string.Join(' ', (await ambassador.CountAnswersAsync(20)).Keys), seen => seen == a);
    }

    [Fact]
    public async Task Source_thatPushes_isInForceWithoutPolling()
    {
        var factory = new TestFactory();
        var source = factory.Push("pushed");
        var all = await _fleet.StartAsync(2);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(""" "File": { "Path": "pushed" } """), factory.Replace);
        await source.PushAsync(_fleet.Port, all[0]);
        await ambassador.HasAsync(_fleet.IdOf(all[0]));
        var times = new List<TimeSpan>();
        for (var i = 1; i <= 10; i++)
        {
            var next = all[i % 2];
            var pushed = Stopwatch.GetTimestamp();
            await source.PushAsync(_fleet.Port, next);
            await Eventually.SeesAsync(() => ambassador.Destinations(), ids => ids is [var id] && id == _fleet.IdOf(next));
            times.Add(Stopwatch.GetElapsedTime(pushed));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', times.Order().Select(time => $"{time.TotalMilliseconds:0}")));
        times.Min().ShouldBeLessThan(TimeSpan.FromMilliseconds(150));
        source.Asked.ShouldBe(0);
        factory.Created.ShouldBe(["file pushed"]);
    }

    [Fact]
    public async Task Source_thatThrows_isToldAndItsListStays()
    {
        var factory = new TestFactory();
        var source = factory.Push("pushed");
        var a = await _fleet.StartAsync();
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(""" "File": { "Path": "pushed" } """), factory.Replace);
        await source.PushAsync(_fleet.Port, a);
        await ambassador.HasAsync(_fleet.IdOf(a));

        source.Throw(new InvalidOperationException("it has a bug"));

        ((string?)(await ambassador.SourceAsync("file", status => status["problem"] is not null))["problem"]).ShouldBe("the source ended: it has a bug");
        (await ambassador.GetAsync()).ShouldBe(a);
    }
}
