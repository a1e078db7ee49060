using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class CheckedConfigsTests
{
    private readonly Asked _yarp = new();
    private readonly CheckedConfigs _checked;

    public CheckedConfigsTests() => _checked = new CheckedConfigs(_yarp);

    [Fact]
    public async Task What_was_good_is_not_asked_about_again()
    {
        var good = SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 1);
        await AskAsync(good);
        _yarp.Count.ShouldBe(4);

        _checked.Remember(good);
        await AskAsync(good);

        _yarp.Count.ShouldBe(4);
    }

    /// <summary>Written alike is not enough: only the object itself is known, as it never changes.</summary>
    [Fact]
    public async Task Another_object_is_asked_about_though_it_says_the_same()
    {
        _checked.Remember(SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 1));

        await AskAsync(SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 2));

        _yarp.Count.ShouldBe(4);
    }

    [Fact]
    public async Task What_is_gone_is_forgotten()
    {
        var before = SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 1);
        _checked.Remember(before);

        _checked.Remember(SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 2));
        await AskAsync(before);

        _yarp.Count.ShouldBe(4);
    }

    [Fact]
    public void Destinations_that_stay_of_a_cluster_that_was_good_are_not_new()
    {
        var before = Build("a", "b");
        NewOf(before).ShouldBe(["a", "b"]);

        _checked.Remember(before);

        NewOf(before).ShouldBeEmpty();
        NewOf(Build("a", "b")).ShouldBe(["a", "b"], "another object though it says the same");
        NewOf(Build(before, "a", "c")).ShouldBe(["c"]);
        _checked.NewDestinations(before.Clusters["one"].Config with { ClusterId = "two" }).Count().ShouldBe(2);
    }

    [Fact]
    public void Settings_of_a_cluster_of_which_destinations_changed_stay_good()
    {
        var before = Build("a", "b");
        _checked.HasGoodSettings(before.Clusters["one"]).ShouldBeFalse();

        _checked.Remember(before);

        _checked.HasGoodSettings(Build(before, "a", "c").Clusters["one"]).ShouldBeTrue();
        _checked.HasGoodSettings(Build("a", "b").Clusters["one"]).ShouldBeFalse("read again");
    }

    private IEnumerable<string> NewOf(Snapshot snapshot) => _checked.NewDestinations(snapshot.Clusters["one"].Config).Select(destination => destination.Key);

    private static Snapshot Build(params string[] destinations) => Build(Snapshot.Empty, destinations);

    private static Snapshot Build(Snapshot before, params string[] destinations) => SnapshotBuilder.Build(
        Settings.Gather($$"""
            { "ReverseProxy": { "Clusters": { "one": { "Destinations": {
                {{string.Join(", ", destinations.Select(id => $$""" "{{id}}": { "Address": "http://{{id}}.test" } """))}}
            } } } } }
            """),
        revision: 1,
        before);

    private async Task AskAsync(Snapshot snapshot)
    {
        foreach (var route in snapshot.Routes.Values)
        {
            await _checked.ValidateRouteAsync(route.Config);
        }

        foreach (var cluster in snapshot.Clusters.Values)
        {
            await _checked.ValidateClusterAsync(cluster.Config);
        }
    }

    private sealed class Asked : IConfigValidator
    {
        public int Count { get; private set; }

        public ValueTask<IList<Exception>> ValidateRouteAsync(RouteConfig route) => CountAsync();

        public ValueTask<IList<Exception>> ValidateClusterAsync(ClusterConfig cluster) => CountAsync();

        private ValueTask<IList<Exception>> CountAsync()
        {
            Count++;
            return new([]);
        }
    }
}
