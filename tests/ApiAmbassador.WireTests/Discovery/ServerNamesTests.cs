using System.Net.Sockets;
using ApiAmbassador.Names;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Names by servers that answer in all ways.</summary>
public sealed class ServerNamesTests : IAsyncDisposable
{
    private readonly ScriptedDns _dns = ScriptedDns.Start();
    private readonly ScriptedDns _second = ScriptedDns.Start();
    private ResolverSettings _settings;

    public ServerNamesTests() => _settings = new ResolverSettings { Servers = [_dns.EndPoint], Timeout = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData(AddressFamily.Unspecified, "10.0.0.1 10.0.0.2 fd00::1 fd00::2")]
    [InlineData(AddressFamily.InterNetwork, "10.0.0.1 10.0.0.2")]
    [InlineData(AddressFamily.InterNetworkV6, "fd00::1 fd00::2")]
    public async Task Addresses_are_of_the_family_in_order(AddressFamily family, string addresses)
    {
        _dns.Set("api.test", "fd00::2", "10.0.0.2", "fd00::1", "10.0.0.1");

        (await ResolveAsync("API.test", family)).ShouldBe(addresses);
        _dns.Queries.Select(query => query.Type).Order().ShouldBe(family switch
        {
            AddressFamily.InterNetwork => [1],
            AddressFamily.InterNetworkV6 => [28],
            _ => [1, 28],
        });
    }

    [Fact]
    public async Task Name_that_does_not_exist_or_has_no_address_has_none()
    {
        _dns.Set("empty.test");

        (await ResolveAsync("empty.test")).ShouldBe("");
        (await ResolveAsync("missing.test")).ShouldBe("");
    }

    [Fact]
    public async Task Address_is_its_own()
    {
        (await ResolveAsync("10.0.0.9")).ShouldBe("10.0.0.9");
        (await ResolveAsync("fd00::9", AddressFamily.InterNetwork)).ShouldBe("");
        _dns.Queries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_is_seen_with_the_next_question()
    {
        _dns.Set("api.test", "10.0.0.1");
        (await ResolveAsync("api.test")).ShouldBe("10.0.0.1");
        _dns.Set("api.test", "10.0.0.2");
        (await ResolveAsync("api.test")).ShouldBe("10.0.0.2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Aliases_are_followed_inside_the_answer_and_beyond(bool inside)
    {
        _dns.FollowsAliases = inside;
        _dns.SetAlias("api.test", "b.test");
        _dns.SetAlias("b.test", "c.test");
        _dns.Set("c.test", "10.0.0.1");

        (await ResolveAsync("api.test", AddressFamily.InterNetwork)).ShouldBe("10.0.0.1");
        _dns.Queries.Count.ShouldBe(inside ? 1 : 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Aliases_in_a_circle_are_told(bool inside)
    {
        _dns.FollowsAliases = inside;
        _dns.SetAlias("api.test", "b.test");
        _dns.SetAlias("b.test", "api.test");

        (await FailAsync("api.test", AddressFamily.InterNetwork)).ShouldContain(inside ? "circle" : "go on for too long");
        _dns.Queries.Count.ShouldBeLessThanOrEqualTo(9);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public async Task Aliases_beyond_the_answer_end_after_eight(int aliases, bool isFound)
    {
        _dns.FollowsAliases = false;
        for (var i = 0; i < aliases; i++)
        {
            _dns.SetAlias($"a{i}.test", $"a{i + 1}.test");
        }

        _dns.Set($"a{aliases}.test", "10.0.0.1");
        if (isFound)
        {
            (await ResolveAsync("a0.test", AddressFamily.InterNetwork)).ShouldBe("10.0.0.1");
        }
        else
        {
            (await FailAsync("a0.test", AddressFamily.InterNetwork)).ShouldContain("go on for too long");
        }
    }

    [Fact]
    public async Task Alias_to_nothing_has_no_address()
    {
        _dns.SetAlias("api.test", "missing.test");

        (await ResolveAsync("api.test")).ShouldBe("");
    }

    [Theory]
    [InlineData(2, "SERVFAIL")]
    [InlineData(5, "REFUSED")]
    [InlineData(11, "code 11")]
    public async Task Server_that_declines_is_told(int code, string told)
    {
        _dns.AnswerWith(DnsReply.Code(code));

        (await FailAsync("api.test")).ShouldBe($"{_dns.Server} answered {told} for api.test");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Next_server_is_asked_where_one_declines(int code)
    {
        _settings = _settings with { Servers = [_dns.EndPoint, _second.EndPoint] };
        _dns.AnswerWith(DnsReply.Code(code));
        _second.Set("api.test", "10.0.0.1");

        (await ResolveAsync("api.test")).ShouldBe("10.0.0.1");
    }

    [Fact]
    public async Task Next_server_is_asked_where_one_is_silent_or_down()
    {
        _settings = _settings with { Servers = [_dns.EndPoint, _second.EndPoint], Timeout = TimeSpan.FromSeconds(1) };
        _second.Set("api.test", "10.0.0.1");
        _dns.AnswerWith(DnsReply.Silence);
        (await ResolveAsync("api.test")).ShouldBe("10.0.0.1");

        await _dns.StopListeningAsync();
        (await ResolveAsync("api.test")).ShouldBe("10.0.0.1");
    }

    [Fact]
    public async Task First_server_has_the_last_word_on_what_does_not_exist()
    {
        _settings = _settings with { Servers = [_dns.EndPoint, _second.EndPoint] };
        _second.Set("api.test", "10.0.0.1");

        (await ResolveAsync("api.test")).ShouldBe("");
        _second.Queries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Servers_are_gone_through_as_often_as_is_said()
    {
        _settings = _settings with { Servers = [_dns.EndPoint, _second.EndPoint], Attempts = 3 };
        _dns.AnswerWith(DnsReply.Code(2));
        _second.AnswerWith(DnsReply.Code(2));

        await FailAsync("api.test", AddressFamily.InterNetwork);
        (_dns.Queries.Count, _second.Queries.Count).ShouldBe((3, 3));
    }

    [Fact]
    public async Task Server_that_recovers_within_the_attempts_is_believed()
    {
        _dns.Set("api.test", "10.0.0.1");
        _dns.AnswerWith(query => query.Number == 1 ? DnsReply.Code(2) : DnsReply.Zone);

        (await ResolveAsync("api.test", AddressFamily.InterNetwork)).ShouldBe("10.0.0.1");
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public async Task Half_an_answer_is_none_but_where_IPv6_is_unknown(int code, bool isTaken)
    {
        _dns.Set("api.test", "10.0.0.1", "fd00::1");
        _dns.AnswerWith(query => query.Type == 28 ? DnsReply.Code(code) : DnsReply.Zone);

        if (isTaken)
        {
            (await ResolveAsync("api.test")).ShouldBe("10.0.0.1");
        }
        else
        {
            await FailAsync("api.test");
        }
    }

    [Fact]
    public async Task IPv4_that_is_declined_is_never_left_out()
    {
        _dns.Set("api.test", "10.0.0.1", "fd00::1");
        _dns.AnswerWith(query => query.Type == 1 ? DnsReply.Code(5) : DnsReply.Zone);

        (await FailAsync("api.test")).ShouldEndWith("REFUSED for api.test");
    }

    [Fact]
    public async Task Name_is_looked_for_in_the_domains_and_both_families_come_from_one()
    {
        _settings = _settings with { Search = ["a.test", "b.test", "c.test"] };
        _dns.Set("api.b.test", "10.0.0.1");
        _dns.Set("api.c.test", "fd00::1");

        (await ResolveAsync("api")).ShouldBe("10.0.0.1");
        (await ResolveAsync("api.")).ShouldBe("");
    }

    [Fact]
    public async Task Domain_that_is_declined_is_passed_over_and_remembered()
    {
        _settings = _settings with { Search = ["a.test", "b.test"] };
        _dns.Set("api.b.test", "10.0.0.1");
        _dns.AnswerWith(query => query.Name == "api.a.test" ? DnsReply.Code(2) : DnsReply.Zone);
        (await ResolveAsync("api")).ShouldBe("10.0.0.1");

        _dns.Remove("api.b.test");
        (await FailAsync("api")).ShouldBe($"{_dns.Server} answered SERVFAIL for api.a.test");
    }

    [Fact]
    public async Task Silence_ends_the_search()
    {
        _settings = _settings with { Search = ["a.test", "b.test"], Timeout = TimeSpan.FromMilliseconds(200), Attempts = 1 };
        _dns.Set("api.b.test", "10.0.0.1");
        _dns.AnswerWith(query => query.Name == "api.a.test" ? DnsReply.Silence : DnsReply.Zone);

        (await FailAsync("api")).ShouldContain("did not answer");
    }

    [Fact]
    public async Task Setting_says_who_resolves()
    {
        _dns.Set("api.test", "10.0.0.1");
        var resolvers = new NameResolvers(TimeProvider.System, () => _settings);

        resolvers.Names(server: null).ShouldBeOfType<SystemNames>().ShouldBeSameAs(resolvers.Names(server: null));
        (await resolvers.Names(_dns.Server).ResolveAsync("api.test", AddressFamily.Unspecified, TestContext.Current.CancellationToken)).Count.ShouldBe(1);
        Should.Throw<FormatException>(() => resolvers.Names("dns.test"));
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _second.DisposeAsync();
    }

    private async Task<string> ResolveAsync(string name, AddressFamily family = AddressFamily.Unspecified) =>
        string.Join(' ', await Names().ResolveAsync(name, family, TestContext.Current.CancellationToken));

    private async Task<string> FailAsync(string name, AddressFamily family = AddressFamily.Unspecified) =>
        (await Should.ThrowAsync<NameResolutionException>(Names().ResolveAsync(name, family, TestContext.Current.CancellationToken))).Message;

    private ServerNames Names() => new(new DnsLookup(() => _settings, new DnsExchange(TimeProvider.System)));
}
