using System.Net.Sockets;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Names;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>The resolver against the server that most others are measured by, with a zone that changes.</summary>
public sealed class BindTests
{
    private const string OverUdp = "_api._tcp.test IN SRV +E(0) (";
    private const string OverTcp = "_api._tcp.test IN SRV +E(0)T (";

    [Fact]
    public async Task Addresses_follow_the_zone()
    {
        await using var bind = await Bind.StartAsync();
        (await ResolveAsync(bind, "api.test")).ShouldBe("");

        await bind.UpdateAsync("update add api.test. 600 A 127.0.0.3", "update add api.test. 600 A 127.0.0.2", "update add api.test. 600 AAAA fd00::2");
        (await ResolveAsync(bind, "api.test")).ShouldBe("127.0.0.2 127.0.0.3 fd00::2");
        (await ResolveAsync(bind, "API.TEST.", AddressFamily.InterNetworkV6)).ShouldBe("fd00::2");

        await bind.UpdateAsync("update delete api.test. A 127.0.0.2", "update delete api.test. AAAA", "update add api.test. 600 A 127.0.0.4");
        (await ResolveAsync(bind, "api.test")).ShouldBe("127.0.0.3 127.0.0.4");
        (await ResolveAsync(bind, "api.test", AddressFamily.InterNetworkV6)).ShouldBe("");

        await bind.UpdateAsync("update delete api.test.");
        (await ResolveAsync(bind, "api.test")).ShouldBe("");
    }

    [Fact]
    public async Task Aliases_are_followed()
    {
        await using var bind = await Bind.StartAsync();
        await bind.UpdateAsync("update add www.test. 1 CNAME b.test.", "update add b.test. 1 CNAME c.test.", "update add c.test. 1 A 127.0.0.2");

        (await ResolveAsync(bind, "www.test")).ShouldBe("127.0.0.2");

        await bind.UpdateAsync("update delete c.test.");
        (await ResolveAsync(bind, "www.test")).ShouldBe("");
    }

    [Fact]
    public async Task Zone_that_is_not_its_own_is_refused()
    {
        await using var bind = await Bind.StartAsync();

        (await Should.ThrowAsync<NameResolutionException>(ResolveAsync(bind, "api.elsewhere"))).Message
            .ShouldBe($"{bind.Server} answered REFUSED for api.elsewhere");
    }

    [Fact]
    public async Task Services_follow_the_zone()
    {
        await using var bind = await Bind.StartAsync();
        await bind.UpdateAsync("update add _api._tcp.test. 600 SRV 10 5 8080 One.test.", "update add _api._tcp.test. 600 SRV 20 0 8080 two.test.");
        (await AskAsync(bind)).ShouldBe([new Instance("http", "one.test", 8080, 5, 0), new Instance("http", "two.test", 8080, 1, 1)]);

        await bind.UpdateAsync("update delete _api._tcp.test. SRV", "update add _api._tcp.test. 600 SRV 0 0 8081 three.test.");
        (await AskAsync(bind)).ShouldBe([new Instance("http", "three.test", 8081)]);

        await bind.UpdateAsync("update delete _api._tcp.test. SRV", "update add _api._tcp.test. 600 SRV 0 0 0 .");
        (await AskAsync(bind)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Set_that_does_not_fit_a_datagram_comes_over_tcp()
    {
        await using var bind = await Bind.StartAsync();
        await bind.UpdateAsync(Enumerable.Range(0, 10).Select(Record));
        (await AskAsync(bind)).Count.ShouldBe(10);
        await bind.WaitForLogAsync(OverUdp);
        bind.Log.ShouldNotContain(OverTcp);

        await bind.UpdateAsync(Enumerable.Range(10, 990).Select(Record));
        var instances = await AskAsync(bind);

        instances.Select(one => one.Host).Distinct().Count().ShouldBe(1_000);
        await bind.WaitForLogAsync(OverTcp);
    }

    [Fact]
    public async Task Server_that_dies_is_told_and_asked_again_when_it_is_back()
    {
        await using var bind = await Bind.StartAsync();
        await bind.UpdateAsync("update add api.test. 1 A 127.0.0.2");
        await bind.KillAsync();
        (await Should.ThrowAsync<NameResolutionException>(ResolveAsync(bind, "api.test"))).Message.ShouldBe($"{bind.Server} cannot be asked: Connection refused");

        await bind.RestartAsync();
        (await ResolveAsync(bind, "api.test")).ShouldBe("127.0.0.2");
    }

    private static string Record(int i) => $"update add _api._tcp.test. 1 SRV {i % 3} {1 + (i % 7)} 8080 host{i}.prod.internal.";

    private static async Task<string> ResolveAsync(Bind bind, string name, AddressFamily family = AddressFamily.Unspecified) =>
        string.Join(' ', await Resolvers.Names(bind.Server).ResolveAsync(name, family, TestContext.Current.CancellationToken));

    private static async Task<IReadOnlyList<Instance>> AskAsync(Bind bind)
    {
        var source = new DnsSrvSource(new DnsSrvDiscoveryOptions { Name = "_api._tcp.test" }, Resolvers.Lookup(bind.Server));
        return (await source.AskAsync(TestContext.Current.CancellationToken)).Instances;
    }

    private static NameResolvers Resolvers => new(TimeProvider.System);
}
