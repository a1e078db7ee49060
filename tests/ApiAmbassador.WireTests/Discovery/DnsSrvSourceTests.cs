using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Names;

namespace ApiAmbassador.WireTests.Discovery;

public sealed class DnsSrvSourceTests : IAsyncDisposable
{
    private const string Name = "_api._tcp.test";

    private readonly ScriptedDns _dns = ScriptedDns.Start();

    [Fact]
    public async Task Records_are_instances_by_name()
    {
        _dns.SetServices(Name, (20, 0, 8080, "Backup.test"), (10, 3, 8080, "one.test"), (10, 1, 8081, "two.test"));

        (await AskAsync()).ShouldBe(
        [
            new Instance("http", "one.test", 8080, 3, 0),
            new Instance("http", "two.test", 8081, 1, 0),
            new Instance("http", "backup.test", 8080, 1, 1),
        ]);
    }

    [Fact]
    public async Task Service_that_is_not_available_or_does_not_exist_has_no_instance()
    {
        (await AskAsync()).ShouldBeEmpty();
        _dns.SetServices(Name, (0, 0, 0, "."));
        (await AskAsync()).ShouldBeEmpty();
        _dns.Set(Name, "10.0.0.1");
        (await AskAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Alias_is_followed()
    {
        _dns.SetAlias(Name, "_real._tcp.test");
        _dns.SetServices("_real._tcp.test", (0, 1, 80, "one.test"));

        (await AskAsync()).ShouldHaveSingleItem().Host.ShouldBe("one.test");
    }

    [Fact]
    public async Task Hundreds_of_records_come_over_tcp()
    {
        _dns.SetServices(Name, Enumerable.Range(0, 1_500).Select(i => (i % 3, 1 + (i % 5), 80, $"host{i}.prod.test")));

        (await AskAsync()).Count.ShouldBe(1_500);
        _dns.Queries.Select(query => query.IsTcp).ShouldBe([false, true]);
    }

    [Fact]
    public async Task Failure_is_an_answer_that_names_the_server()
    {
        _dns.AnswerWith(DnsReply.Code(2));

        var answer = await PolledSource.AskAsync(Source(), TimeProvider.System, TestContext.Current.CancellationToken);

        answer.Error.ShouldBe($"{_dns.Server} answered SERVFAIL for {Name}");
    }

    [Fact]
    public async Task Target_that_would_not_do_in_a_header_is_refused()
    {
        _dns.SetServices(Name, (0, 1, 80, "one.test"), (0, 1, 80, "two\r\nHost:x.test"));

        (await Should.ThrowAsync<NameResolutionException>(AskAsync())).Message.ShouldContain("other bytes than letters");
    }

    public ValueTask DisposeAsync() => _dns.DisposeAsync();

    private async Task<IReadOnlyList<Instance>> AskAsync() => (await Source().AskAsync(TestContext.Current.CancellationToken)).Instances;

    private DnsSrvSource Source() => new(
        new DnsSrvDiscoveryOptions { Name = Name, Server = _dns.Server },
        new NameResolvers(TimeProvider.System, () => throw new InvalidOperationException("The system's servers are not to be asked.")).Lookup(_dns.Server));
}
