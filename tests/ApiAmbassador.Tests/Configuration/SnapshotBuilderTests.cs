using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
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

        clusters["one"].Config.LoadBalancingPolicy.ShouldBeNull(); // No weights, so YARP's own default.
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
    public void Split_gives_YARP_the_first_of_its_clusters()
    {
        var route = Built(Settings.Valid).Routes["shared"];

        route.Config.ClusterId.ShouldBe("one");
        route.Split!.HasClusterIdToo.ShouldBeFalse();
    }

    [Theory]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Address", "\"http://other\"")]
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

    private static Snapshot Built(string json)
    {
        var gathered = Settings.Gather(json);
        gathered.Errors.ShouldBeEmpty();
        return SnapshotBuilder.Build(gathered, revision: 1);
    }
}
