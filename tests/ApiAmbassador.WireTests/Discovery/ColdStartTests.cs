using System.Net;
using ApiAmbassador.WireTests.Ambassador;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>A start while sources are down, or do not answer: it comes up all the same.</summary>
public sealed class ColdStartTests : IAsyncDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly Fleet _fleet = new();
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("state-");

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        _state.Delete(recursive: true);
        await _fleet.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(TestSource.Kinds), MemberType = typeof(TestSource))]
    public async Task Start_whileTheSourceIsDown_servesWhatAFormerProcessKept(string kind)
    {
        await using var source = await TestSource.StartAsync(kind, _fleet.Port);
        var (a, b) = (await _fleet.StartAsync(), await _fleet.StartAsync());
        await source.NameAsync(a);
        using var setup = Keeping();
        await using (var former = await RunningAmbassador.StartAsync(setup.WithDiscovery(source.Setting)))
        {
            await former.HasAsync(_fleet.IdOf(a));
            await former.StopAsync(TestContext.Current.CancellationToken); // At once: what is known by now is written all the same.
        }

        await source.KillAsync();
        using var again = Keeping();
        await using var ambassador = await RunningAmbassador.StartAsync(again.WithDiscovery(source.Setting));

        (await ambassador.GetAsync()).ShouldBe(a);
        var status = await ambassador.SourceAsync(source.Failing, status => (long)status["errors"]! > 0);
        ((bool)status["isKept"]!).ShouldBeTrue();
        status["ageSeconds"].ShouldBeNull();
        ambassador.News().ShouldContain(text => text.EndsWith("; the 1 instances known before are used", StringComparison.Ordinal));

        await source.RestartAsync(b);
        await ambassador.HasAsync(_fleet.IdOf(b));
        (await ambassador.SourceAsync(source.Failing, status => status["problem"] is null))["isKept"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(TestSource.Kinds), MemberType = typeof(TestSource))]
    public async Task Start_whileTheSourceIsDown_withNothingKept_answers503UntilItIsBack(string kind)
    {
        await using var source = await TestSource.StartAsync(kind, _fleet.Port);
        var a = await _fleet.StartAsync();
        await source.KillAsync();
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithDiscovery(source.Setting));

        using (var refused = await ambassador.SendAsync("GET", "/"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("no_healthy_upstream");
        }

        (await ambassador.SourceAsync(source.Failing))["problem"].ShouldNotBeNull();
        await source.RestartAsync(a);
        await ambassador.HasAsync(_fleet.IdOf(a));
        (await ambassador.GetAsync()).ShouldBe(a);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"api file 0123\": [ { \"Scheme\"")]
    [InlineData("[]")]
    [InlineData("\0\u0001")]
    public async Task Start_withAKeptFileThatIsBroken_starts(string content)
    {
        await using var source = await TestSource.StartAsync("file", _fleet.Port);
        await source.NameAsync(await _fleet.StartAsync());
        await File.WriteAllTextAsync(Path.Combine(_state.FullName, "discovery.json"), content, TestContext.Current.CancellationToken);
        using var setup = Keeping();

        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithDiscovery(source.Setting));

        (await ambassador.GetAsync()).ShouldBe(_fleet.Addresses.Single());
    }

    [Fact]
    public async Task Start_withASourceThatSaysNobody_servesWhatWasKeptUntilItHasSaidSoOftenEnough()
    {
        await using var source = await TestSource.StartAsync("file", _fleet.Port);
        var a = await _fleet.StartAsync();
        await source.NameAsync(a);
        using var setup = Keeping();
        var settings = $"{source.Setting}, \"ConfirmEmpty\": 1000";
        await using (var former = await RunningAmbassador.StartAsync(setup.WithDiscovery(settings)))
        {
            await former.HasAsync(_fleet.IdOf(a));
            await former.StopAsync(TestContext.Current.CancellationToken);
        }

        await source.NameAsync();
        using var again = Keeping();
        await using var ambassador = await RunningAmbassador.StartAsync(again.WithDiscovery(settings));

        (await ambassador.GetAsync()).ShouldBe(a);
        (await ambassador.SourceAsync("file", status => status["ageSeconds"] is not null))["isKept"]!.GetValue<bool>().ShouldBeTrue();
    }

    private AmbassadorSetup Keeping() => new AmbassadorSetup().With("Ambassador__StateDirectory", _state.FullName);
}
