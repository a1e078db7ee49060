using ApiAmbassador.WireTests.Ambassador;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>What operators say of what moves, and what <c>validate --live</c> shows them.</summary>
public sealed class DiscoveryOperatorTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Drain_ofAName_holdsForAllItsAddresses_thoseToComeIncluded()
    {
        await using var dns = ScriptedDns.Start();
        var (a, b, c, d) = (await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync());
        dns.Set("api.test", a, b);
        var factory = new TestFactory { Server = dns.Server };
        _setup.WithCluster(
            "\"LoadBalancingPolicy\": \"RoundRobin\"", ("one", new Uri($"http://api.test:{_fleet.Port}")), ("two", new Uri($"http://{d}:{_fleet.Port}")));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup, factory.Replace);
        (await ambassador.CountAnswersAsync(30)).Keys.ShouldBe([a, b, d], ignoreOrder: true);

        await ambassador.SayAsync("api/one", "drain");
        await Eventually.SeesAsync(async _ => string.Join(' ', (await ambassador.CountAnswersAsync(10)).Keys), seen => seen == d);
        dns.Set("api.test", c);
        await ambassador.HasAsync($"one[{c}]", "two");
        (await ambassador.CountAnswersAsync(30)).Keys.ShouldBe([d]);
        (await ambassador.DestinationAsync("api", $"one[{c}]"))["weight"]!.GetValue<double>().ShouldBe(0);

        // A reload leaves it as the operator said.
        await ambassador.ReloadAsync(_setup.With("Ambassador__DrainTimeout", "00:00:21"));
        (await ambassador.CountAnswersAsync(30)).Keys.ShouldBe([d]);
        await ambassador.SayAsync("api/one", "undrain");
        await Eventually.SeesAsync(async _ => (await ambassador.CountAnswersAsync(10)).Count, seen => seen == 2);
    }

    [Fact]
    public async Task Drain_ofADiscoveredInstance_endsWhenItGoes()
    {
        var factory = new TestFactory();
        var source = factory.Push("pushed");
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await using var ambassador = await RunningAmbassador.StartAsync(
            _setup.WithDiscovery(""" "File": { "Path": "pushed" } """, "\"LoadBalancingPolicy\": \"RoundRobin\""), factory.Replace);
        await source.PushAsync(_fleet.Port, a, b);
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b));

        AdminCalls.PathOf($"api/{_fleet.IdOf(a)}", "drain").ShouldContain($"/http%3A%2F%2F{a}%3A{_fleet.Port}/");
        await ambassador.SayAsync($"api/{_fleet.IdOf(a)}", "drain");
        await Eventually.SeesAsync(async _ => string.Join(' ', (await ambassador.CountAnswersAsync(10)).Keys), seen => seen == b);
        await source.PushAsync(_fleet.Port, b);
        await ambassador.HasAsync(_fleet.IdOf(b));
        await source.PushAsync(_fleet.Port, a, b);
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b));
        (await ambassador.CountAnswersAsync(20)).Keys.ShouldBe([a, b], ignoreOrder: true);
        (await ambassador.DestinationAsync("api", _fleet.IdOf(a)))["operator"].ShouldBeNull();
    }

    [Fact]
    public async Task ValidateLive_printsWhatSourcesAnswer_andFailsWhereOneDoes()
    {
        await using var file = await TestSource.StartAsync("file", _fleet.Port);
        await using var srv = await TestSource.StartAsync("srv", _fleet.Port);
        await file.NameAsync("127.1.0.1");
        await srv.NameAsync("127.1.0.2");
        _setup.WithDiscovery($"{file.Setting}, {srv.Setting}");

        await using (var good = AmbassadorProcess.Start(_setup, "validate", "--live"))
        {
            (await good.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, good.ToString());
            good.Output.ShouldContain("dns-srv _api._tcp.test: 1 found");
            good.Output.ShouldContain("name h127-1-0-2.test: 1 found");
            good.Output.ShouldContain($"    http://127.1.0.1:{_fleet.Port}");
            good.Output.ShouldContain($"    http://127.1.0.2:{_fleet.Port}");
        }

        file.Lie("half");
        await using var bad = AmbassadorProcess.Start(_setup, "validate", "--live");
        (await bad.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(1, bad.ToString());
        bad.Output.ShouldContain("not valid JSON");
        bad.Output.ShouldContain("1 of 3 sources failed.");
    }
}
