using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Routing;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class SnapshotBuilderTests
{
    [Fact]
    public void Policy_without_settings_is_there()
    {
        Built(Settings.With("Ambassador:Policies:Authorization", """{ "users": {} }""")).Ambassador.Policies.Authorization.Keys.ShouldBe(["users"]);
    }

    [Fact]
    public void Claim_with_an_empty_list_is_still_asked_for()
    {
        var policy = Built(Settings.With("Ambassador:Policies:Authorization", """{ "users": { "Claims": { "scope": [] } } }""")).Ambassador.Policies.Authorization["users"];

        policy.Claims.ShouldHaveSingleItem().Key.ShouldBe("scope");
        policy.Claims["scope"].ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Ambassador:Admin")]
    [InlineData("Ambassador:Policies")]
    [InlineData("Ambassador")]
    public void Section_without_settings_has_its_defaults(string path)
    {
        var options = Built(Settings.With(path, "{}")).Ambassador;

        options.Admin.Listen.ShouldBe("http://127.0.0.1:9900");
        options.Policies.Cors.ShouldBeEmpty();
    }

    [Fact]
    public void Weight_is_in_the_metadata_of_its_destination_beside_what_stands_there()
    {
        var destination = Built(Settings.With("ReverseProxy:Clusters:two:Destinations:a:Metadata", """{ "zone": "b" }""")).Clusters["two"].Config.Destinations!["a"];

        DestinationWeight.Of(destination).ShouldBe(3);
        destination.Metadata!["zone"].ShouldBe("b");
    }

    [Fact]
    public void Policies_that_a_file_does_not_name_are_ours()
    {
        var clusters = Built(Settings.With("ReverseProxy:Clusters:one:HealthCheck:Active:Enabled", "true")).Clusters;

        clusters["one"].Config.LoadBalancingPolicy.ShouldBe("PeakEwma");
        clusters["two"].Config.LoadBalancingPolicy.ShouldBe("WeightedRoundRobin");
        clusters["one"].Config.HealthCheck!.AvailableDestinationsPolicy.ShouldBe("HealthyAndUnknown");
        clusters["one"].Config.HealthCheck!.Active!.Policy.ShouldBe("Thresholds");
    }

    [Fact]
    public void Policies_that_a_file_names_stay()
    {
        var cluster = Built(Settings.With(
            "ReverseProxy:Clusters:one", """{ "LoadBalancingPolicy": "Random", "HealthCheck": { "AvailableDestinationsPolicy": "HealthyOrPanic", "Active": { "Policy": "ConsecutiveFailures" } } }"""))
            .Clusters["one"].Config;

        cluster.LoadBalancingPolicy.ShouldBe("Random");
        cluster.HealthCheck!.AvailableDestinationsPolicy.ShouldBe("HealthyOrPanic");
        cluster.HealthCheck.Active!.Policy.ShouldBe("ConsecutiveFailures");
    }

    [Fact]
    public void Hash_key_is_read_with_its_cluster()
    {
        var cluster = Built(Settings.With("ReverseProxy:Clusters:one", """{ "LoadBalancingPolicy": "ConsistentHash", "HashBy": "Header:X-User" }""")).Clusters["one"];

        (cluster.Key.Caller.Kind, cluster.Key.Caller.Name, cluster.Key.IsPath).ShouldBe((SplitKeyKind.Header, "X-User", false));
    }

    [Fact]
    public void Split_gives_YARP_the_first_of_its_clusters()
    {
        var route = Built(Settings.Valid).Routes["shared"];

        route.Config.ClusterId.ShouldBe("one");
        route.Split!.HasClusterIdToo.ShouldBeFalse();
    }

    [Fact]
    public void Retry_and_what_it_is_for_are_in_the_route()
    {
        var routes = Built(Settings.With("ReverseProxy:Routes:plain:Retry", """{ "MaxAttempts": 5, "On": [ "reset", "418" ] }""")).Routes;

        routes["plain"].Retry.MaxAttempts.ShouldBe(5);
        (routes["plain"].On.Reset, routes["plain"].On.Status(418), routes["plain"].On.ConnectFailure).ShouldBe((true, true, false));
        (routes["shared"].On.ConnectFailure, routes["shared"].On.Status(503)).ShouldBe((true, true));
    }

    [Fact]
    public void Retry_for_an_empty_list_is_for_nothing()
    {
        var on = Built(Settings.With("ReverseProxy:Routes:plain:Retry:On", "[]")).Routes["plain"].On;

        (on.ConnectFailure, on.RefusedStream, on.Reset, on.AttemptTimeout, on.Status(503)).ShouldBe((false, false, false, false, false));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "On": null, "MaxAttempts": null, "PerAttemptTimeout": null }""")]
    public void Retry_that_says_nothing_is_the_default(string value)
    {
        var route = Built(Settings.With("ReverseProxy:Routes:plain:Retry", value)).Routes["plain"];

        (route.Retry.MaxAttempts, route.Retry.PerAttemptTimeout, route.On.Reset).ShouldBe((3, null, true));
    }

    [Fact]
    public void Sections_of_a_cluster_that_are_null_are_the_defaults()
    {
        var cluster = Built(Settings.With("ReverseProxy:Clusters:one", """{ "CircuitBreaker": null, "RetryBudget": null, "Limits": null, "ConnectTimeout": null }""")).Clusters["one"];

        (cluster.CircuitBreaker.ConsecutiveFailures, cluster.RetryBudget.Ratio, cluster.Limits.MaxQueuedRequests).ShouldBe((5, 0.2, 0));
        cluster.ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void ConnectTimeout_is_in_the_metadata_of_its_cluster_beside_what_stands_there()
    {
        var cluster = Built(Settings.With("ReverseProxy:Clusters:one", """{ "ConnectTimeout": "00:00:00.5", "Metadata": { "zone": "b" } }""")).Clusters["one"];

        cluster.Config.Metadata.ShouldBe(new Dictionary<string, string> { ["zone"] = "b", ["Ambassador.ConnectTimeout"] = "00:00:00.5000000" }, ignoreOrder: true);
        ConnectTimeout.Of(cluster.Config.Metadata).ShouldBe(TimeSpan.FromSeconds(0.5));
        cluster.ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void ConnectTimeout_written_into_the_metadata_holds()
    {
        var cluster = Built(Settings.With("ReverseProxy:Clusters:one:Metadata", """{ "Ambassador.ConnectTimeout": "00:00:07" }""")).Clusters["one"];

        cluster.ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"00:00:02\"")]
    public void ConnectTimeout_that_is_the_default_is_not_in_the_metadata(string value)
    {
        Built(Settings.With("ReverseProxy:Clusters:one:ConnectTimeout", value)).Clusters["one"].Config.Metadata.ShouldBeNull();
    }

    [Theory]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Address", "\"http://other\"")]
    [InlineData("ReverseProxy:Routes:plain:Retry:On", "[]")]
    [InlineData("Ambassador:Listen", "[]")]
    [InlineData("Ambassador:Policies:Authorization", """{ "users": {} }""")]
    public void Fingerprint_tells_a_change(string path, string value)
    {
        Built(Settings.With(path, value)).Fingerprint.ShouldNotBe(Built(Settings.Valid).Fingerprint);
    }

    [Fact]
    public void Fingerprint_of_the_same_settings_is_the_same()
    {
        Built("// " + Settings.Valid.Replace("\n", " ", StringComparison.Ordinal) + '\n' + Settings.Valid).Fingerprint.ShouldBe(Built(Settings.Valid).Fingerprint);
    }

    [Fact]
    public void What_is_written_as_before_is_taken_from_before_and_the_rest_is_read()
    {
        var before = SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 1);

        var after = SnapshotBuilder.Build(Settings.Gather(Settings.With("ReverseProxy:Clusters:two:Destinations:b:Weight", "7")), revision: 2, before);

        after.Clusters["one"].ShouldBeSameAs(before.Clusters["one"]);
        after.Routes["plain"].ShouldBeSameAs(before.Routes["plain"]);
        DestinationWeight.Of(after.Clusters["two"].Config.Destinations!["b"]).ShouldBe(7);
        after.Fingerprint.ShouldNotBe(before.Fingerprint);
    }

    [Theory]
    [InlineData("ReverseProxy:Clusters", """{ "ONE": { "Destinations": { "a": { "Address": "http://10.0.0.1:8080" } } } }""")]
    [InlineData("ReverseProxy:Clusters", "{}")]
    [InlineData("ReverseProxy:Routes", "{}")]
    [InlineData("ReverseProxy:Routes:plain:Order", "3")]
    [InlineData("ReverseProxy:Clusters:one", "null")]
    [InlineData("ReverseProxy:Clusters:one:Discovery", """{ "File": { "Path": "x.json" } }""")]
    [InlineData("Ambassador:DrainDelay", "\"00:00:01\"")]
    public void Building_on_what_was_before_makes_what_building_anew_makes(string path, string json)
    {
        var before = SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 1);
        var gathered = Settings.Gather(Settings.With(path, json));

        var (anew, after) = (SnapshotBuilder.Build(gathered, revision: 2), SnapshotBuilder.Build(gathered, revision: 2, before));

        after.Fingerprint.ShouldBe(anew.Fingerprint);
        after.Clusters.Keys.Order().ShouldBe(anew.Clusters.Keys.Order());
        after.Clusters.Values.OrderBy(cluster => cluster.Config.ClusterId).Select(cluster => cluster.Config).ShouldBe(anew.Clusters.Values.OrderBy(cluster => cluster.Config.ClusterId).Select(cluster => cluster.Config));
        after.Routes.Values.OrderBy(route => route.Config.RouteId).Select(route => route.Config).ShouldBe(anew.Routes.Values.OrderBy(route => route.Config.RouteId).Select(route => route.Config));
        after.Clusters.Values.Select(cluster => cluster.Discovery.File?.Path).Order().ShouldBe(anew.Clusters.Values.Select(cluster => cluster.Discovery.File?.Path).Order());
    }

    private static Snapshot Built(string json)
    {
        var gathered = Settings.Gather(json);
        gathered.Errors.ShouldBeEmpty();
        return SnapshotBuilder.Build(gathered, revision: 1);
    }
}
