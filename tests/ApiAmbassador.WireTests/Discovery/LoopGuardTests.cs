using System.Net;
using ApiAmbassador.Discovery;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Lists and names that lead back to the ambassador. A loop would show: each turn sends another request.</summary>
public sealed class LoopGuardTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();
    private readonly TestFactory _factory = new() { Server = null };

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _fleet.DisposeAsync();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1", "localhost")]
    [InlineData("127.0.0.1", "0.0.0.0")]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1")]
    [InlineData("*", "127.0.0.1")]
    [InlineData("*", "127.0.0.7")]
    [InlineData("*", "::1")]
    [InlineData("*", "localhost")]
    [InlineData("0.0.0.0", "127.1.0.5")]
    public async Task List_withOurOwnListener_isRefusedAndTold_lastGoodStays(string listen, string named)
    {
        var port = FreePort.Next();
        var source = _factory.Push("pushed");
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await using var ambassador = await RunningAmbassador.StartAsync(
            _setup.With("Ambassador__Listen__0", $"http://{listen}:{port}").WithDiscovery("""  "File": { "Path": "pushed" } """), _factory.Replace);
        await source.PushAsync(_fleet.Port, a);
        await ambassador.HasAsync(_fleet.IdOf(a));

        await source.PushAsync(SourceAnswer.Listed([new Instance("http", b, _fleet.Port), new Instance("http", named, port)]));
        var status = await ambassador.SourceAsync("file", status => status["problem"] is not null);

        ((string?)status["problem"]).ShouldBe($"names the ambassador itself, {named}:{port}; its list is not used");
        ambassador.Destinations().ShouldBe([_fleet.IdOf(a)]);
        ambassador.News().Count(text => text.Contains("names the ambassador itself", StringComparison.Ordinal)).ShouldBe(1);
        await source.PushAsync(_fleet.Port, b);
        await ambassador.HasAsync(_fleet.IdOf(b));
        ambassador.News().ShouldContain("file pushed: its list is used again");
    }

    [Fact]
    public async Task List_withAnotherOnOurPort_isUsed()
    {
        var source = _factory.Push("pushed");
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery("""  "File": { "Path": "pushed" } """), _factory.Replace);

        await source.PushAsync(ambassador.Address.Port, "127.0.0.2", "10.0.0.1");

        await ambassador.HasAsync($"http://127.0.0.2:{ambassador.Address.Port}", $"http://10.0.0.1:{ambassador.Address.Port}");
    }

    [Fact]
    public async Task Name_inAList_thatLeadsToUs_isRefused_lastGoodStays()
    {
        await using var dns = ScriptedDns.Start();
        var port = FreePort.Next();
        var a = await _fleet.StartAsync("127.1.0.77");
        dns.Set("good.test", a);
        dns.Set("own.test", "127.0.0.1");
        dns.SetServices("_api._tcp.test", (0, 1, _fleet.Port, "good.test"));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.With("Ambassador__Listen__0", $"http://127.0.0.1:{port}")
            .WithDiscovery($$""" "DnsSrv": { "Name": "_api._tcp.test", "Server": "{{dns.Server}}", "Refresh": "00:00:00.1" } """));
        await ambassador.HasAsync(_fleet.IdOf(a));

        dns.SetServices("_api._tcp.test", (0, 1, port, "own.test"));
        await ambassador.SourceAsync("dns-srv", status => status["problem"] is not null);

        ambassador.Destinations().ShouldBe([_fleet.IdOf(a)]);
        (await ambassador.GetAsync()).ShouldBe(a);
    }

    [Fact]
    public async Task Name_inAnAddress_thatLeadsToUs_is503_andItsGoodAddressesStayWhereItHadSome()
    {
        await using var dns = ScriptedDns.Start();
        dns.Set("api.test", "127.0.0.1");
        var port = FreePort.Next();
        var factory = new TestFactory { Server = dns.Server };
        _setup.With("Ambassador__Listen__0", $"http://127.0.0.1:{port}").WithCluster("\"HttpRequest\": { \"Version\": \"1.1\" }", ("one", new Uri($"http://api.test:{port}")));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup, factory.Replace);
        await ambassador.HasAsync();

        using (var refused = await ambassador.SendAsync("GET", "/"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        ((string?)(await ambassador.SourceAsync("name"))["problem"]).ShouldBe("leads to the ambassador itself; its addresses are not used");
        ambassador.News().Count(text => text == "name api.test leads to the ambassador itself; its addresses are not used").ShouldBe(1);

        // An instance at another address, on the same port as we.
        await using var there = await Destinations.KestrelDestination.StartAsync(
            Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1,
            context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "there"),
            at: new IPEndPoint(IPAddress.Parse("127.1.0.78"), port));
        dns.Set("api.test", "127.1.0.78");
        await ambassador.HasAsync("one[127.1.0.78]");
        (await ambassador.GetAsync()).ShouldBe("there");

        dns.Set("api.test", "127.1.0.78", "127.0.0.1");
        await ambassador.SourceAsync("name", status => status["problem"] is not null);
        ambassador.Destinations().ShouldBe(["one[127.1.0.78]"]);
        (await ambassador.GetAsync()).ShouldBe("there");
    }
}
