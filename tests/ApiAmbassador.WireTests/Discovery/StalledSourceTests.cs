using System.Diagnostics;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Sources that do not answer for a long time hold up nobody but themselves.</summary>
public sealed class StalledSourceTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();
    private readonly ScriptedDns _dns = ScriptedDns.Start();
    private readonly Gate _gate = new();

    private string Dns => $$""" "Dns": { "Name": "api.test", "Port": {{_fleet.Port}}, "Server": "{{_dns.Server}}", "Refresh": "00:00:00.1" } """;

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _dns.DisposeAsync();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Stall_trafficAndOtherSourcesGoOn_andItsAnswerComesInForceWhenItComes()
    {
        await using var file = await TestSource.StartAsync("file", _fleet.Port);
        var (a, b, c) = (await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync());
        _dns.Set("api.test", a);
        await file.NameAsync(b);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery($"{Dns}, {file.Setting}"));
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b));
        await using var load = SteadyLoad.Start(ambassador.Address);

        var asked = _dns.Queries.Count;
        _dns.AnswerWith(DnsReply.Zone.Held(by: _gate));
        await _dns.WaitForAsync(dns => dns.Queries.Count >= asked + 2);
        await file.NameAsync(b, c);
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b), _fleet.IdOf(c));
        var begun = Stopwatch.GetTimestamp();
        await ambassador.ReloadAsync(_setup.WithDiscovery($"{Dns}, {file.Setting}", "\"LoadBalancingPolicy\": \"RoundRobin\""));
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(1.5), "a source that was followed before is not waited for");
        await load.GoesOnAsync();

        _dns.Set("api.test", c);
        _gate.Open();
        await ambassador.HasAsync(_fleet.IdOf(b), _fleet.IdOf(c));
        await load.StopAsync();
        load.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reload_thatAddsAStalledSource_appliesAfterTwoSeconds_andNamesOfTheOthersAreThere()
    {
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        _dns.Set("b.test", b);
        _dns.SetServices("_api._tcp.test", (0, 1, _fleet.Port, "b.test"));
        _dns.AnswerWith(query => query.Name == "api.test" ? DnsReply.Zone.Held(by: _gate) : DnsReply.Zone);
        _setup.WithCluster("\"LoadBalancingPolicy\": \"RoundRobin\"", ("one", new Uri($"http://{a}:{_fleet.Port}")));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);
        await using var load = SteadyLoad.Start(ambassador.Address);

        var begun = Stopwatch.GetTimestamp();
        await ambassador.ReloadAsync(_setup.WithDiscovery($$""" {{Dns}}, "DnsSrv": { "Name": "_api._tcp.test", "Server": "{{_dns.Server}}" } """));
        var passed = Stopwatch.GetElapsedTime(begun);

        passed.ShouldBeInRange(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(4));
        ambassador.Destinations().ShouldBe([_fleet.IdOf(b)]);
        _dns.Set("api.test", a);
        _gate.Open();
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b));
        await load.StopAsync();
        load.Failures.ShouldBeEmpty();
    }
}
