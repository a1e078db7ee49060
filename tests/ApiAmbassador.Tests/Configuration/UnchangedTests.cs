using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>What is taken from the configuration in force is what would be made anew.</summary>
public class UnchangedTests
{
    private const string
        Proxy = """ "HttpClient": { "WebProxy": { "Address": "http://proxy:3128" } } """,
        A = """ "a": { "Address": "http://one.test:8080" } """,
        B = """ "b": { "Address": "http://two.test:8080", "Weight": 3 } """;

    [Fact]
    public void Destination_that_stays_in_a_cluster_that_changes_is_the_same_one()
    {
        var before = Build(Cluster(A, B));

        var after = Build(Cluster(A, """ "b": { "Address": "http://two.test:8080", "Weight": 4 } """), before);

        after.Clusters["one"].ShouldNotBeSameAs(before.Clusters["one"]);
        Destinations(after)["a"].ShouldBeSameAs(Destinations(before)["a"]);
        Destinations(after)["b"].ShouldNotBe(Destinations(before)["b"]);
        after.Clusters["one"].Names["a"].ShouldBeSameAs(before.Clusters["one"].Names["a"]);
    }

    /// <summary>Its settings too; and the policy that goes with weights goes with those that there are now.</summary>
    [Fact]
    public void Cluster_of_which_only_destinations_change_keeps_its_settings()
    {
        var before = Build($$"""{{Cluster(A, B)}}, "Limits": { "MaxConcurrentRequests": 7 } """);

        var after = Build($$""" "Limits": { "MaxConcurrentRequests": 7 }, {{Cluster(A)}} """, before).Clusters["one"];

        after.Limits.ShouldBeSameAs(before.Clusters["one"].Limits);
        after.Limits.MaxConcurrentRequests.ShouldBe(7);
        before.Clusters["one"].Config.LoadBalancingPolicy.ShouldBe("WeightedRoundRobin");
        after.Config.LoadBalancingPolicy.ShouldBe("PeakEwma");
        after.Names.Keys.ShouldBe(["a"]);
    }

    [Fact]
    public void Names_are_followed_anew_when_their_clusters_proxy_comes_or_goes()
    {
        var (direct, proxied) = (Build(Cluster(A, B)), Build($"{Cluster(A, B)}, {Proxy}"));

        Build($"{Cluster(A, B)}, {Proxy}", direct).Clusters["one"].Names.ShouldBeEmpty();
        Build(Cluster(A, B), proxied).Clusters["one"].Names.Keys.ShouldBe(["a", "b"]);
    }

    /// <summary>Few keys, in both cases, with few values, so that two configurations often have something in common.</summary>
    [Fact]
    public void Whatever_changes_it_is_what_would_be_made_anew()
    {
        var random = new Random(20261123);
        var before = Snapshot.Empty;
        for (var i = 0; i < 300; i++)
        {
            var json = Root(string.Join(", ", Any(random, "oO").Select(id => $$""" "{{id}}": {{(random.Next(9) == 0 ? "null" : $"{{ {AnyCluster(random)} }}")}} """)));
            var gathered = Settings.Gather(json);
            gathered.Errors.ShouldBeEmpty();
            var (anew, after) = (SnapshotBuilder.Build(gathered, revision: 1), SnapshotBuilder.Build(gathered, revision: 1, before));

            Text(after).ShouldBe(Text(anew), json);
            before = after;
        }
    }

    private static string AnyCluster(Random random)
    {
        var destinations = string.Join(", ", Any(random, "abcABC").Select(id => $$""" "{{id}}": {{random.Next(6) switch
        {
            0 => "null",
            1 => "{}",
            var n => $$"""{ "Address": "http://{{(n == 2 ? "10.0.0.1" : "name.test")}}", "Weight": {{random.Next(1, 3)}} }""",
        }}} """));
        return string.Join(", ", new[]
        {
            random.Next(8) switch { 0 => "", 1 => """ "Destinations": null """, _ => Cluster(destinations) },
            Sometimes(Proxy),
            Sometimes($$""" "ConnectTimeout": "00:00:0{{random.Next(1, 3)}}" """),
            Sometimes(""" "LoadBalancingPolicy": "RoundRobin" """),
            Sometimes($$""" "Limits": { "MaxConcurrentRequests": {{random.Next(1, 3)}} } """),
        }.Where(part => part.Length > 0).OrderBy(_ => random.Next(3)));

        string Sometimes(string part) => random.Next(8) == 0 ? part : "";
    }

    /// <summary>Some of these letters, at least one, in some order, each in one case only.</summary>
    private static string[] Any(Random random, string letters)
    {
        var all = letters.Select(letter => letter.ToString()).ToArray();
        random.Shuffle(all);
        return all.DistinctBy(letter => letter.ToUpperInvariant()).Take(random.Next(1, all.Length)).ToArray();
    }

    private static Snapshot Build(string cluster, Snapshot? before = null) =>
        SnapshotBuilder.Build(Settings.Gather(Root($$""" "one": { {{cluster}} } """)), revision: 1, before);

    private static string Root(string clusters) => $$"""{ "ReverseProxy": { "Clusters": { {{clusters}} } } }""";

    private static string Cluster(params string[] destinations) => $$""" "Destinations": { {{string.Join(", ", destinations)}} } """;

    private static IReadOnlyDictionary<string, DestinationConfig> Destinations(Snapshot snapshot) => snapshot.Clusters["one"].Config.Destinations!;

    private static string Text(Snapshot snapshot) => string.Join('\n', snapshot.Clusters.OrderBy(cluster => cluster.Key, StringComparer.Ordinal).Select(cluster =>
        $"{cluster.Key} {cluster.Value.Config.ClusterId} {cluster.Value.Config.LoadBalancingPolicy} {cluster.Value.NamesPolicy} {cluster.Value.ConnectTimeout} {cluster.Value.Limits.MaxConcurrentRequests} {cluster.Value.Config.HttpClient}: "
        + string.Join(", ", cluster.Value.Config.Destinations!.Select(destination =>
            $"{destination.Key} {destination.Value.Address} {string.Join('+', destination.Value.Metadata ?? new Dictionary<string, string>())} {cluster.Value.Names.GetValueOrDefault(destination.Key)}"))));
}
