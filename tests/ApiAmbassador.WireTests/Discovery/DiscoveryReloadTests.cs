using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Discovery's own settings change, and lists change faster than anybody wants, while requests are under way.</summary>
public sealed class DiscoveryReloadTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();
    private readonly TestFactory _factory = new();

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Settings_addedChangedAndRemoved_underLoad_noRequestFails()
    {
        await using var file = await TestSource.StartAsync("file", _fleet.Port);
        await using var dns = await TestSource.StartAsync("dns", _fleet.Port);
        await using var srv = await TestSource.StartAsync("srv", _fleet.Port);
        var (a, b, c, d) = (await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync(), await _fleet.StartAsync());
        await file.NameAsync(a);
        await dns.NameAsync(b);
        await srv.NameAsync(c);
        var (name, address) = ("one", new Uri($"http://{d}:{_fleet.Port}"));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery("", "", (name, address)));
        await using var load = SteadyLoad.Start(ambassador.Address);
        for (var i = 0; i < 3; i++)
        {
            await ReloadAsync($"{file.Setting}, {dns.Setting}", (name, address));
            await ambassador.HasAsync("one", _fleet.IdOf(a), _fleet.IdOf(b));
            await ReloadAsync(dns.Setting);
            await ambassador.HasAsync(_fleet.IdOf(b));

            // The same source by other settings: what it said before counts until it has answered to them, so that there is no moment without.
            await ReloadAsync(dns.Setting.Replace("00:00:00.1", "00:00:00.2", StringComparison.Ordinal) + ", \"ConfirmEmpty\": 5, \"MaxDropRatio\": 1");
            ambassador.Destinations().ShouldBe([_fleet.IdOf(b)]);
            await ReloadAsync(srv.Setting);
            await ambassador.HasAsync(_fleet.IdOf(c));
            await ReloadAsync("", (name, address));
            await ambassador.HasAsync("one");
            await load.GoesOnAsync(20);
        }

        await load.StopAsync();
        load.Failures.ShouldBeEmpty();
        _fleet.Posts.Values.ShouldAllBe(times => times == 1);

        Task ReloadAsync(string discovery, params (string, Uri)[] destinations) => ambassador.ReloadAsync(_setup.WithDiscovery(discovery, "", destinations));
    }

    [Fact]
    public async Task Source_whoseSettingsDidNotChange_isNotStartedAnew_andItsDestinationsKeepWhatIsKnownOfThem()
    {
        var (kept, other) = (_factory.Push("kept"), await TestSource.StartAsync("dns", _fleet.Port));
        await using var dns = other;
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await dns.NameAsync(b);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(""" "File": { "Path": "kept" } """), _factory.Replace);
        await kept.PushAsync(_fleet.Port, a);
        await ambassador.HasAsync(_fleet.IdOf(a));
        var before = State(ambassador, a);

        await ambassador.ReloadAsync(_setup.WithDiscovery($$""" "File": { "Path": "kept" }, {{dns.Setting}} """, "\"LoadBalancingPolicy\": \"RoundRobin\""));
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b));
        await ambassador.ReloadAsync(_setup.WithDiscovery(""" "File": { "Path": "kept" } """));
        await ambassador.HasAsync(_fleet.IdOf(a));

        State(ambassador, a).ShouldBeSameAs(before);
        _factory.Created.Count(made => made == "file kept").ShouldBe(1);
        kept.HasEnded.ShouldBeFalse();
        await ambassador.ReloadAsync(_setup.WithDiscovery(dns.Setting));
        await Eventually.SeesAsync(() => kept.HasEnded, ended => ended);
    }

    [Fact]
    public async Task Name_whoseServerIsDown_keepsItsAddresses_whenTheRuleOfBeliefChanges()
    {
        await using var dns = ScriptedDns.Start();
        var a = await _fleet.StartAsync();
        dns.Set("api.test", a);
        var factory = new TestFactory { Server = dns.Server };
        var destination = ("one", new Uri($"http://api.test:{_fleet.Port}"));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery("\"ConfirmEmpty\": 3", "", destination), factory.Replace);
        await ambassador.HasAsync($"one[{a}]");

        await dns.StopListeningAsync();
        await ambassador.ReloadAsync(_setup.WithDiscovery("\"ConfirmEmpty\": 4", "", destination));

        ambassador.Destinations().ShouldBe([$"one[{a}]"]);
        (await ambassador.GetAsync()).ShouldBe(a);
        dns.StartListening();
    }

    [Fact]
    public async Task Source_thatFlaps_noRequestFails_probesGoOn_andNothingPilesUp()
    {
        var probes = 0;
        await using var staying = await KestrelDestination.StartAsync(HttpProtocols.Http1, context =>
        {
            if (context.Request.Path == "/probe")
            {
                Interlocked.Increment(ref probes);
            }

            return context.Response.WriteAsync("staying");
        });
        var flapping = _factory.Push("flapping");
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await using var ambassador = await RunningAmbassador.StartAsync(
            _setup.WithDiscovery(
                """ "File": { "Path": "flapping" } """,
                """ "HealthCheck": { "Active": { "Enabled": true, "Interval": "00:00:00.25", "Timeout": "00:00:01", "Path": "/probe" } } """,
                ("staying", staying.Address)),
            _factory.Replace);
        await flapping.PushAsync(_fleet.Port, a);
        await ambassador.HasAsync("staying", _fleet.IdOf(a));
        await using var load = SteadyLoad.Start(ambassador.Address);
        var (threads, probed) = (ThreadPool.ThreadCount, Volatile.Read(ref probes));
        var begun = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            var here = i % 2 == 0 ? b : a;
            await flapping.PushAsync(_fleet.Port, here);
            await ambassador.HasAsync("staying", _fleet.IdOf(here));
            await load.GoesOnAsync(20);
        }

        // A probe more or less than the time had room for, and one for each time that a new pool was looked at.
        var seconds = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        await load.StopAsync();
        load.Failures.ShouldBeEmpty();
        var expected = seconds / 0.25;
        (Volatile.Read(ref probes) - probed).ShouldBeInRange((int)(expected / 3), (int)expected + 22);
        _factory.Created.ShouldBe(["file flapping"]);
        ThreadPool.ThreadCount.ShouldBeLessThan(threads + 32);
        ambassador.Destinations().Length.ShouldBe(2);
    }

    [Fact]
    public async Task Thousands_thatAllLeaveAgainAndAgain_doNotHoldUpThoseThatCome()
    {
        const int Count = 10_000;
        var source = _factory.Push("many");
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(""" "File": { "Path": "many" } """), _factory.Replace);
        for (var i = 0; i < 6; i++)
        {
            var first = $"http://10.{i}.0.0:80";
            await source.PushAsync(80, Enumerable.Range(0, Count).Select(number => $"10.{i}.{number / 250}.{number % 250}"));
            await Eventually.SeesAsync(() => ambassador.Destinations(), ids => ids.Length == Count && ids.Contains(first));
        }
    }

    private static DestinationState State(RunningAmbassador ambassador, string address)
    {
        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster).ShouldBeTrue();
        return cluster!.Destinations[$"http://{address}:{new Uri(cluster.Destinations.Keys.First()).Port}"];
    }
}
