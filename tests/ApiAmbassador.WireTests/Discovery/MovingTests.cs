using System.Diagnostics;
using System.Net;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Instances that move while requests are under way, and the ambassador moves with them.</summary>
public sealed class MovingTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Srv_record_thatMovesFromOneHostToAnother_underLoad_noRequestFails()
    {
        await using var bind = await Bind.StartAsync();
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await bind.UpdateAsync(
            $"update add a.test. 1 A {a}", $"update add b.test. 1 A {b}", $"update add _api._tcp.test. 1 SRV 10 5 {_fleet.Port} a.test.");
        await using var ambassador = await StartAsync($$""" "DnsSrv": { "Name": "_api._tcp.test", "Server": "{{bind.Server}}", "Refresh": "00:00:00.5" } """);
        await FollowsAsync(ambassador, a);
        await using var load = SteadyLoad.Start(ambassador.Address);

        await bind.UpdateAsync("update delete _api._tcp.test. SRV", $"update add _api._tcp.test. 1 SRV 10 5 {_fleet.Port} b.test.");
        await FollowsAsync(ambassador, b);
        await _fleet.StopAsync(a); // It has taken requests until its name was gone, as one does that is shut down with care.
        (await ambassador.GetAsync()).ShouldBe(b);
        await Eventually.SeesAsync(() => load.Requests, Beyond(load));
        await load.StopAsync();

        ShouldHaveServedAll(load);
    }

    [Fact]
    public async Task Name_whoseInstancesAreScaledUpAndDown_underLoad_noRequestFails()
    {
        await using var bind = await Bind.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            await JoinAsync(bind);
        }

        await using var ambassador = await StartAsync($$""" "Dns": { "Name": "api.test", "Port": {{_fleet.Port}}, "Server": "{{bind.Server}}", "Refresh": "00:00:00.2" } """);
        await FollowsAsync(ambassador);
        await using var load = SteadyLoad.StartIdempotent(ambassador.Address);

        for (var i = 0; i < 3; i++)
        {
            await JoinAsync(bind);
        }

        await FollowsAsync(ambassador);

        // As compose does: the containers end first, and their names after them. Four of five at once is more than is believed; they fail, and are let go.
        foreach (var address in _fleet.Addresses.Take(4).ToArray())
        {
            await _fleet.StopAsync(address);
        }

        await bind.UpdateAsync(["update delete api.test. A", .. _fleet.Addresses.Select(address => $"update add api.test. 1 A {address}")]);
        await FollowsAsync(ambassador);

        // Recreated: at another address, and the old one goes only when its successor is known.
        var old = _fleet.Addresses.Single();
        await JoinAsync(bind);
        await FollowsAsync(ambassador);
        await _fleet.StopAsync(old);
        await bind.UpdateAsync($"update delete api.test. A {old}");
        await FollowsAsync(ambassador);
        await Eventually.SeesAsync(() => load.Requests, Beyond(load));
        await load.StopAsync();

        ShouldHaveServedAll(load);
    }

    [Fact]
    public async Task Name_inAnAddress_isFollowed_andStaysHost()
    {
        await using var dns = ScriptedDns.Start();
        await using var one = await KestrelDestination.StartAsync(
            Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1,
            context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, context.Request.Host.Value!),
            at: new IPEndPoint(IPAddress.Parse("127.1.0.200"), _fleet.Port));
        dns.Set("backend.test", "127.1.0.200");
        _setup.WithCluster("\"HttpRequest\": { \"Version\": \"1.1\" }", ("one", new Uri($"http://backend.test:{_fleet.Port}")));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup, services => services.AddSingleton<ISourceFactory>(provider => new ViaServer(provider, dns.Server)));

        (await ambassador.GetAsync()).ShouldBe($"backend.test:{_fleet.Port}");
        Destinations(ambassador).ShouldBe(["one[127.1.0.200]"]);

        // Nothing polls within the test's time; it is asked because the destination cannot be connected to.
        var there = await _fleet.StartAsync();
        dns.Set("backend.test", there);
        await one.StopAsync();
        (await ambassador.SendAsync("GET", "/")).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        await Eventually.SeesAsync(() => Destinations(ambassador), ids => ids is [var id] && id == $"one[{there}]");
        (await ambassador.GetAsync()).ShouldBe(there);
    }

    [Fact]
    public async Task Record_thatMoves_getsTheFirstRequestAtTheNewPlaceWithinItsRefreshAndALittle()
    {
        await using var dns = ScriptedDns.Start();
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        dns.Set("api.test", a);
        await using var ambassador = await StartAsync($$""" "Dns": { "Name": "api.test", "Port": {{_fleet.Port}}, "Server": "{{dns.Server}}", "Refresh": "00:00:00.2" } """);
        var times = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            var next = i % 2 == 0 ? b : a;
            var moved = Stopwatch.GetTimestamp();
            dns.Set("api.test", next);
            await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == next);
            times.Add(Stopwatch.GetElapsedTime(moved));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', times.Order().Select(time => $"{time.TotalMilliseconds:0}")));
    }

    private async Task<RunningAmbassador> StartAsync(string discovery) => await RunningAmbassador.StartAsync(_setup.WithCluster($$""" "Discovery": { {{discovery}} } """));

    private async Task JoinAsync(Bind bind) => await bind.UpdateAsync($"update add api.test. 1 A {await _fleet.StartAsync()}");

    /// <summary>Waits until exactly these are known; without any, those that run.</summary>
    private async Task FollowsAsync(RunningAmbassador ambassador, params string[] addresses)
    {
        var expected = (addresses.Length > 0 ? addresses : _fleet.Addresses).Select(address => $"http://{address}:{_fleet.Port}").Order(StringComparer.Ordinal).ToArray();
        await Eventually.SeesAsync(() => Destinations(ambassador), ids => ids.SequenceEqual(expected));
    }

    private static string[] Destinations(RunningAmbassador ambassador) =>
        [.. ambassador.Services.GetRequiredService<SnapshotStore>().Current.Clusters["api"].Config.Destinations!.Keys.Order(StringComparer.Ordinal)];

    private static Func<int, bool> Beyond(SteadyLoad load)
    {
        var enough = load.Requests + 500;
        return requests => requests > enough;
    }

    private void ShouldHaveServedAll(SteadyLoad load)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Requests} requests, {load.Posts} of them POSTs");
        load.Failures.ShouldBeEmpty();
        _fleet.Posts.Count.ShouldBe(load.Posts);
        _fleet.Posts.Values.ShouldAllBe(times => times == 1);
    }

    /// <summary>The product's own sources, but names are asked of one server, because tests cannot set up the system's.</summary>
    private sealed class ViaServer(IServiceProvider services, string server) : ISourceFactory
    {
        private readonly SourceFactory _product = ActivatorUtilities.CreateInstance<SourceFactory>(services, "unused");

        public IDestinationSource Create(SourceOptions options) => _product.Create(options);

        public IDestinationSource CreateName(string name, string? asked, AddressFamilyOption family, TimeSpan refresh) =>
            _product.CreateName(name, asked ?? server, family, TimeSpan.FromHours(1));
    }
}
