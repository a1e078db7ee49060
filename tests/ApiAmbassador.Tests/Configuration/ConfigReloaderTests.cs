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
    private const string A = """ "a": { "Address": "http://10.0.0.1:8080" } """;

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

    /// <summary>What was found good is not looked at again, but for what it leans on.</summary>
    [Fact]
    public async Task Route_that_stays_is_refused_when_its_cluster_goes()
    {
        await ApplyAsync(Settings.Valid);

        var errors = await ApplyAsync(Settings.Valid.Replace("\"one\": { \"Dest", "\"uno\": { \"Dest", StringComparison.Ordinal));

        errors.Select(error => error.Path).ShouldBe(["ReverseProxy:Routes:plain:ClusterId", "ReverseProxy:Routes:shared:Split:Clusters:one"], ignoreOrder: true);
    }

    [Fact]
    public async Task Route_that_stays_is_refused_when_it_no_longer_fits_its_cluster()
    {
        var valid = Settings.With("ReverseProxy:Routes:shared:Retry", """{ "PerAttemptTimeout": "00:00:04" }""");
        (await ApplyAsync(valid)).ShouldBeEmpty();

        var errors = await ApplyAsync(valid.Replace("\"Clusters\": {\n      \"one\": {", """
            "Clusters": {
                  "one": { "CircuitBreaker": { "FailureRatio": 0.5, "SamplingDuration": "00:00:03" },
            """, StringComparison.Ordinal));

        errors.ShouldHaveSingleItem().Path.ShouldBe("ReverseProxy:Routes:shared:Retry:PerAttemptTimeout");
    }

    /// <summary>What was good and stays is not looked at again. What changes is, whatever it is.</summary>
    [Fact]
    public async Task After_a_good_configuration_the_same_mistakes_are_told_as_without_it()
    {
        string[] settings =
        [
            "", """ "Limits": { "MaxConcurrentRequests": 9 }, """, """ "Limits": { "MaxConcurrentRequests": 0 }, """, """ "LoadBalancingPolicy": "RoundRobin", """, """ "LoadBalancingPolicy": "Guess", """,
            """ "HashBy": "Path", """, """ "HttpClient": { "MaxConnectionsPerServer": -1 }, """, """ "Discovery": { "ConfirmEmpty": 0 }, """,
        ];
        string[] destinations =
        [
            A, A + """, "b": { "Address": "http://10.0.0.2" } """, A + """, "b": { "Address": "http://10.0.0.2", "Weight": 3 } """, A + """, "b": { "Address": "b:80" } """,
            """ "a": { "Address": "http://10.0.0.1:8080", "Weight": -1 } """, A + """, "b": { "Address": "http://10.0.0.2", "Priority": 2 } """, """ "a": { "Address": "http://10.0.0.1:8080", "Weight": 0 } """,
        ];
        foreach (var after in from setting in settings from destination in destinations select Cluster(setting, destination))
        {
            var (_, anew) = await Settings.CheckAsync(after);
            foreach (var before in new[] { Cluster(settings[0], A), Cluster(settings[1], A), Cluster(settings[3], A) })
            {
                (await ApplyAsync(before)).ShouldBeEmpty();

                var (_, errors) = await _reloader.CheckAsync(Settings.Gather(after));

                Told(errors).ShouldBe(Told(anew), $"after {before}: {after}");
            }
        }

        static string Cluster(string settings, string destinations) => Settings.With("ReverseProxy:Clusters:one", $$"""{ {{settings}} "Destinations": { {{destinations}} } }""");
        static IEnumerable<string> Told(IReadOnlyList<ConfigError> errors) => errors.Select(error => $"{error.Path} {error.Message}");
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
        await ApplyAsync(Settings.Valid);
        Told().ShouldBeEmpty();

        await ApplyAsync(Settings.With("Ambassador:Listen", "[ \"http://*:1\" ]"));
        await ApplyAsync(Settings.Valid);

        Told().Select(entry => (entry.Kind, entry.Text)).ShouldBe([(TimelineKind.Reload, "configuration 2 in force"), (TimelineKind.Reload, "configuration 3 in force")]);
        Told()[0].Details.ShouldBe(["Ambassador:Listen:0 (default) → http://*:1", "Ambassador:Listen changes with a restart"]);
        Told()[1].Details.ShouldBe(["Ambassador:Listen:0 http://*:1 → (default)"]); // Back to what has been in force since the start.
    }

    [Fact]
    public async Task Refusal_is_told_once_and_forgotten_with_the_next_good_content()
    {
        const string bad = "{ \"ReverseProxy\": { \"Rutes\": {} } }";
        await ApplyAsync(bad); // Before the first there is nothing to change: whoever starts us tells it.
        await ApplyAsync(Settings.Valid);
        Told().ShouldBeEmpty();

        var gathered = Settings.Gather(bad);
        await _reloader.ApplyAsync(gathered, isProvisional: true);
        _reloader.LastRefused.ShouldBeNull();
        await _reloader.ApplyAsync(gathered);
        await _reloader.ApplyAsync(gathered);

        var refused = Told().ShouldHaveSingleItem();
        (refused.Kind, refused.Text).ShouldBe((TimelineKind.Refused, "a change was refused: 1 error; configuration 1 stays"));
        _reloader.LastRefused.ShouldNotBeNull().Errors.Count.ShouldBe(refused.Details.Count);
        _reloader.LastRefused.Told.ShouldBeSameAs(refused);

        await ApplyAsync(Settings.Valid);
        _reloader.LastRefused.ShouldBeNull();
        Told()[^1].Text.ShouldBe("the change that was refused was taken back; configuration 1 stays");

        await ApplyAsync(Settings.Valid);
        Told().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("Authorization", "{ }", "AuthorizationPolicy")]
    [InlineData("Cors", """{ "Origins": [ "*" ] }""", "CorsPolicy")]
    [InlineData("RateLimiter", """{ "PermitLimit": 5, "Window": "00:00:01" }""", "RateLimiterPolicy")]
    [InlineData("Timeout", "\"00:00:05\"", "TimeoutPolicy")]
    [InlineData("OutputCache", """{ "Duration": "00:00:05" }""", "OutputCachePolicy")]
    public async Task Policy_that_came_after_the_start_is_told_and_a_route_that_names_it_is_refused(string kind, string options, string setting)
    {
        await ApplyAsync(Settings.Valid);
        var policies = $$"""{ "{{kind}}": { "fresh": {{options}} } }""";

        (await ApplyAsync(Settings.With("Ambassador:Policies", policies))).ShouldBeEmpty();
        var errors = await ApplyAsync(Settings.With("Ambassador:Policies", policies).Replace("\"ClusterId\"", $"\"{setting}\": \"fresh\", \"ClusterId\"", StringComparison.Ordinal));

        Told()[0].Details.ShouldContain("Ambassador:Policies changes with a restart");
        errors.ShouldHaveSingleItem().Message.ShouldBe("policy 'fresh' is new, and policies take effect with a restart; restart, or name it later");
        errors[0].Path.ShouldBe($"ReverseProxy:Routes:plain:{setting}");
        Told()[^1].Kind.ShouldBe(TimelineKind.Refused);
    }

    [Fact]
    public async Task Bearer_scheme_that_came_after_the_start_serves_no_route()
    {
        await ApplyAsync(Settings.Valid);

        var errors = await ApplyAsync(Settings.With("Authentication", """{ "Schemes": { "Bearer": { "Authority": "https://login" } } }""")
            .Replace("\"ClusterId\"", "\"AuthorizationPolicy\": \"default\", \"ClusterId\"", StringComparison.Ordinal));

        errors.ShouldHaveSingleItem().Message.ShouldEndWith("it is new, and takes effect with a restart");
    }

    private IReadOnlyList<TimelineEntry> Told() => _app.Services.GetRequiredService<Timeline>().After(0, int.MaxValue);

    private Task<IReadOnlyList<ConfigError>> ApplyAsync(string json) => _reloader.ApplyAsync(Settings.Gather(json));
}
