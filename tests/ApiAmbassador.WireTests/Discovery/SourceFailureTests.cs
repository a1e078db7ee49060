using System.Net;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Every kind of source goes away, comes back, and says what is no list or nobody. Requests go on, and people are told.</summary>
public sealed class SourceFailureTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _fleet.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(TestSource.Kinds), MemberType = typeof(TestSource))]
    public async Task Source_killedAndRestartedWithAnotherList_noRequestFails_andItIsToldOnce(string kind)
    {
        await using var source = await TestSource.StartAsync(kind, _fleet.Port);
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await source.NameAsync(a);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(source.Setting));
        await using var load = SteadyLoad.Start(ambassador.Address);
        await ambassador.HasAsync(_fleet.IdOf(a));

        await source.KillAsync();
        var failed = await ambassador.SourceAsync(source.Failing, status => (long)status["errors"]! >= 3);
        await load.GoesOnAsync();

        ambassador.Destinations().ShouldBe([_fleet.IdOf(a)]);
        ((string?)failed["problem"]).ShouldNotBeNullOrEmpty();
        ((double)failed["ageSeconds"]!).ShouldBeGreaterThan(0);
        ambassador.Observe("ambassador.discovery.errors", source.Failing).Max().ShouldBeGreaterThanOrEqualTo(3);
        ambassador.Observe("ambassador.discovery.age", source.Failing).Max().ShouldBeGreaterThan(0.1);

        await source.RestartAsync(b);
        await ambassador.HasAsync(_fleet.IdOf(b));
        var again = await ambassador.SourceAsync(source.Failing, status => status["problem"] is null);
        await _fleet.StopAsync(a);
        await load.GoesOnAsync();
        await load.StopAsync();

        load.Failures.ShouldBeEmpty();
        ((double)again["ageSeconds"]!).ShouldBeLessThan(5);
        var news = ambassador.News().Where(text => text.StartsWith(source.Failing + " ", StringComparison.Ordinal)).ToArray();
        news.Count(text => text.Contains(" failed: ", StringComparison.Ordinal) && text.EndsWith("; its last list of 1 stays", StringComparison.Ordinal))
            .ShouldBe(1, string.Join(Environment.NewLine, news));
        news.Count(text => text.Contains(" answers again: ", StringComparison.Ordinal)).ShouldBe(1, string.Join(Environment.NewLine, news));
    }

    [Theory]
    [InlineData("dns", "garbage")]
    [InlineData("dns", "truncated")]
    [InlineData("dns", "servfail")]
    [InlineData("srv", "garbage")]
    [InlineData("srv", "truncated")]
    [InlineData("srv", "refused")]
    [InlineData("file", "half")]
    [InlineData("file", "garbage")]
    [InlineData("file", "empty")]
    [InlineData("file", "other")]
    [InlineData("http", "half")]
    [InlineData("http", "garbage")]
    [InlineData("http", "type")]
    [InlineData("http", "status")]
    [InlineData("http", "other")]
    public async Task Source_saysWhatIsNoList_lastGoodStays(string kind, string how)
    {
        await using var source = await TestSource.StartAsync(kind, _fleet.Port);
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await source.NameAsync(a);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery($"{source.Setting}, \"ConfirmEmpty\": 1"));
        await ambassador.HasAsync(_fleet.IdOf(a));

        source.Lie(how);
        await ambassador.SourceAsync(source.Failing, status => (long)status["errors"]! >= 2 && status["problem"] is not null);
        (await ambassador.GetAsync()).ShouldBe(a);
        ambassador.Destinations().ShouldBe([_fleet.IdOf(a)]);

        await source.NameAsync(a, b);
        await ambassador.HasAsync(_fleet.IdOf(a), _fleet.IdOf(b));
        await ambassador.SourceAsync(source.Failing, status => status["problem"] is null);
    }

    [Theory]
    [InlineData("dns")]
    [InlineData("srv")]
    [InlineData("file")]
    [InlineData("http")]
    public async Task Source_namesNobody_isNotBelievedBeforeItHasSaidSoOftenEnough(string kind)
    {
        await using var source = await TestSource.StartAsync(kind, _fleet.Port);
        var a = await _fleet.StartAsync();
        await source.NameAsync(a);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery($"{source.Setting}, \"ConfirmEmpty\": 1000"));
        await ambassador.HasAsync(_fleet.IdOf(a));

        await source.NameAsync();
        await Eventually.SeesAsync(() => ambassador.News().Count(IsDoubt), told => told == 1);
        (await ambassador.GetAsync()).ShouldBe(a);
        await source.NameAsync(a);
        await ambassador.ReloadAsync(_setup.WithDiscovery($"{source.Setting}, \"ConfirmEmpty\": 3"));

        await source.NameAsync();
        await ambassador.HasAsync();
        using (var refused = await ambassador.SendAsync("GET", "/"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("no_healthy_upstream");
        }

        ambassador.News().Count(IsDoubt).ShouldBe(2);
        await source.NameAsync(a);
        await ambassador.HasAsync(_fleet.IdOf(a));
        (await ambassador.GetAsync()).ShouldBe(a);

        static bool IsDoubt(string text) => text.Contains("names nobody any more", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dns")]
    [InlineData("srv")]
    [InlineData("file")]
    public async Task Source_namesFarFewer_theMissingAreHeldUntilTheyFailOrAreNamedAgain(string kind)
    {
        await using var source = await TestSource.StartAsync(kind, _fleet.Port);
        var all = await _fleet.StartAsync(5);
        await source.NameAsync(all);
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(source.Setting, "\"LoadBalancingPolicy\": \"RoundRobin\""));
        await ambassador.HasAsync(all.Select(_fleet.IdOf));
        (await ambassador.CountAnswersAsync(20)).Count.ShouldBe(5);

        await source.NameAsync(all[0]);
        await ambassador.SourceAsync(source.Failing, status => (int)status["held"]! == 4);
        (await ambassador.CountAnswersAsync(20)).Keys.ShouldBe(all, ignoreOrder: true);

        // The loop looks at what is held once a second, and whenever a source is heard: another source's change makes sure that it has.
        await source.NameAsync(all[0], all[1]);
        await ambassador.SourceAsync(source.Failing, status => (int)status["held"]! == 3);
        (await ambassador.CountAnswersAsync(20)).Keys.ShouldBe(all, ignoreOrder: true);

        await _fleet.StopAsync(all[4]);
        await Eventually.SeesAsync(async _ => (await ambassador.CountAnswersAsync(5)).Count > 0 ? ambassador.Destinations().Length : 0, count => count == 4);
        ambassador.Destinations().ShouldNotContain(_fleet.IdOf(all[4]));

        await source.NameAsync(all[..4]);
        await ambassador.SourceAsync(source.Failing, status => (int)status["held"]! == 0);
        ambassador.Destinations().ShouldBe(all[..4].Select(_fleet.IdOf));
        ambassador.News().Count(text => text.Contains("names 1 instead of 5; the 4 missing ones stay", StringComparison.Ordinal)).ShouldBe(1);
        await Eventually.SeesAsync(() => ambassador.News().Count(text => text.Contains("nothing is held any more", StringComparison.Ordinal)), told => told == 1);
    }
}
