using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using ApiAmbassador.Observability;
using ApiAmbassador.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public sealed class ConfigReloaderTests : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConfigReloader _reloader;
    private readonly SnapshotStore _snapshots;
    private readonly IProxyConfigProvider _yarp;

    public ConfigReloaderTests()
    {
        using var directory = new TempDirectory();
        var gathered = Settings.Gather(Settings.Valid);
        var builder = AmbassadorApplication.CreateBuilder(gathered, Settings.Sources(directory));
        builder.WebHost.UseKestrel(); // The application wants a server to be built; it is not started.
        builder.Logging.ClearProviders();
        builder.Services.AddAmbassador(gathered, Settings.Sources(directory));
        builder.AddTelemetry(Settings.Sources(directory), TelemetryVariables.None);
        _app = builder.Build();
        _reloader = _app.Services.GetRequiredService<ConfigReloader>();
        _snapshots = _app.Services.GetRequiredService<SnapshotStore>();
        _yarp = _app.Services.GetRequiredService<IProxyConfigProvider>();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void Before_the_first_configuration_nothing_is_in_force()
    {
        _snapshots.Current.ShouldBeSameAs(Snapshot.Empty);
        _yarp.GetConfig().Routes.ShouldBeEmpty();
    }

    [Fact]
    public async Task First_configuration_is_revision_1_for_us_and_for_YARP()
    {
        (await ApplyAsync(Settings.Valid)).ShouldBeEmpty();

        _snapshots.Current.Revision.ShouldBe(1);
        _yarp.GetConfig().RevisionId.ShouldBe("1");
        _yarp.GetConfig().Routes.Select(route => route.RouteId).ShouldBe(["plain", "shared"], ignoreOrder: true);
        _yarp.GetConfig().Clusters.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Same_content_again_is_no_new_revision()
    {
        await ApplyAsync(Settings.Valid);
        var (snapshot, config) = (_snapshots.Current, _yarp.GetConfig());

        (await ApplyAsync(Settings.Valid + "\n// with a comment")).ShouldBeEmpty();

        _snapshots.Current.ShouldBeSameAs(snapshot);
        _yarp.GetConfig().ShouldBeSameAs(config);
        config.ChangeToken.HasChanged.ShouldBeFalse();
    }

    [Fact]
    public async Task Changed_content_is_a_new_revision_and_YARP_is_told()
    {
        await ApplyAsync(Settings.Valid);
        var config = _yarp.GetConfig();

        (await ApplyAsync(Settings.With("ReverseProxy:Clusters:one:Destinations:b", """{ "Address": "http://10.0.0.3" }"""))).ShouldBeEmpty();

        _snapshots.Current.Revision.ShouldBe(2);
        config.ChangeToken.HasChanged.ShouldBeTrue();
        _yarp.GetConfig().RevisionId.ShouldBe("2");
        _yarp.GetConfig().Clusters.Single(cluster => cluster.ClusterId == "one").Destinations!.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("ReverseProxy:Routes:plain:ClusterId", "\"nowhere\"")]
    [InlineData("Ambassador:DrainDelay", "\"soon\"")]
    public async Task Refused_content_changes_nothing(string path, string value)
    {
        await ApplyAsync(Settings.Valid);
        var (snapshot, config) = (_snapshots.Current, _yarp.GetConfig());

        (await ApplyAsync(Settings.With(path, value))).ShouldNotBeEmpty();

        _snapshots.Current.ShouldBeSameAs(snapshot);
        _yarp.GetConfig().ShouldBeSameAs(config);
        config.ChangeToken.HasChanged.ShouldBeFalse();
    }

    [Fact]
    public async Task Check_applies_nothing()
    {
        var (next, errors) = await _reloader.CheckAsync(Settings.Gather(Settings.Valid));

        errors.ShouldBeEmpty();
        next.Routes.Count.ShouldBe(2);
        _snapshots.Current.ShouldBeSameAs(Snapshot.Empty);
    }

    [Fact]
    public async Task Appliers_at_once_make_one_revision_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => ApplyAsync(Settings.With("ReverseProxy:Clusters:one:Destinations:a:Address", $"\"http://host{i}\"")), TestContext.Current.CancellationToken)));

        _snapshots.Current.Revision.ShouldBe(8);
        _yarp.GetConfig().RevisionId.ShouldBe("8");
        _yarp.GetConfig().Clusters.ShouldContain(_snapshots.Current.Clusters["one"].Config);
    }

    [Fact]
    public async Task Change_is_told_as_words_and_the_first_configuration_is_none()
    {
        var changes = Changes();
        await ApplyAsync(Settings.Valid);
        changes.ShouldBeEmpty();

        await ApplyAsync(Settings.With("Ambassador:Listen", "[ \"http://*:1\" ]"));
        await ApplyAsync(Settings.Valid);

        changes.Select(change => (change.IsApplied, change.Revision)).ShouldBe([(true, 2), (true, 3)]);
        changes[0].Difference.ShouldBe(["Ambassador:Listen:0 (default) → http://*:1"]);
        changes[0].NeedsRestart.ShouldBe(["Ambassador:Listen"]);
        changes[1].NeedsRestart.ShouldBeEmpty(); // Back to what has been in force since the start.
    }

    [Fact]
    public async Task Refusal_is_told_once_and_forgotten_with_the_next_good_content()
    {
        const string bad = "{ \"ReverseProxy\": { \"Rutes\": {} } }";
        var changes = Changes();
        await ApplyAsync(bad); // Before the first there is nothing to change: whoever starts us tells it.
        await ApplyAsync(Settings.Valid);
        changes.ShouldBeEmpty();

        var gathered = Settings.Gather(bad);
        await _reloader.ApplyAsync(gathered, isProvisional: true);
        _reloader.LastRefused.ShouldBeNull();
        await _reloader.ApplyAsync(gathered);
        await _reloader.ApplyAsync(gathered);

        var refused = changes.ShouldHaveSingleItem();
        refused.IsApplied.ShouldBeFalse();
        refused.Revision.ShouldBe(1);
        refused.Errors.ShouldNotBeEmpty();
        _reloader.LastRefused.ShouldNotBeNull().Errors.ShouldBe(refused.Errors);

        await ApplyAsync(Settings.Valid);
        _reloader.LastRefused.ShouldBeNull();
    }

    private List<ConfigChange> Changes()
    {
        var changes = new List<ConfigChange>();
        _reloader.Changed += changes.Add;
        return changes;
    }

    private Task<IReadOnlyList<ConfigError>> ApplyAsync(string json) => _reloader.ApplyAsync(Settings.Gather(json));
}
