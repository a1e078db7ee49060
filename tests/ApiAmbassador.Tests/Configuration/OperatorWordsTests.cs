using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class OperatorWordsTests
{
    private static readonly OperatorWord Drained = new(IsDrained: true, Weight: null);

    [Fact]
    public void Drained_is_weight_0_for_this_destination_and_nothing_else()
    {
        var snapshot = Laid(OperatorWords.None.With("two", "a", Drained), Built(Settings.Valid));

        Weights(snapshot).ShouldBe("one/a 1, two/a 0, two/b 1");
        DestinationWeight.Of(snapshot.Configured["two"].Config.Destinations!["a"]).ShouldBe(3);
    }

    [Fact]
    public void Weight_stands_in_place_of_the_configured_one_and_drained_above_both()
    {
        Weights(Laid(OperatorWords.None.With("two", "b", new(IsDrained: false, 7)), Built(Settings.Valid))).ShouldBe("one/a 1, two/a 3, two/b 7");
        Weights(Laid(OperatorWords.None.With("two", "b", new(IsDrained: true, 7)), Built(Settings.Valid))).ShouldBe("one/a 1, two/a 3, two/b 0");
    }

    [Fact]
    public void Word_taken_back_leaves_no_trace()
    {
        var written = Built(Settings.Valid);
        var words = OperatorWords.None.With("two", "a", Drained).With("TWO", "A", OperatorWord.Nothing);

        words.Count.ShouldBe(0);
        Laid(words, Laid(OperatorWords.None.With("one", "a", Drained), written)).Clusters["one"].ShouldBeSameAs(written.Clusters["one"]);
    }

    [Fact]
    public void Word_outlives_a_change_of_the_configuration()
    {
        var first = Laid(OperatorWords.None.With("two", "a", Drained), Built(Settings.Valid));
        var second = Laid(first.Words, Built(Settings.With("ReverseProxy:Clusters:two:Destinations:a:Weight", "9")));

        Weights(second).ShouldBe("one/a 1, two/a 0, two/b 1");
    }

    [Fact]
    public void Word_ends_with_its_destination_and_does_not_come_back_with_it()
    {
        var first = Laid(OperatorWords.None.With("two", "a", Drained).With("two", "b", new(IsDrained: false, 2)), Built(Settings.Valid));
        var without = Laid(first.Words, Built(Settings.With("ReverseProxy:Clusters:two:Destinations", """{ "b": { "Address": "http://b" } }""")));
        var again = Laid(without.Words, Built(Settings.Valid));

        without.Words.Count.ShouldBe(1);
        Weights(again).ShouldBe("one/a 1, two/a 3, two/b 2");
    }

    [Fact]
    public void Weights_that_differ_by_a_word_get_the_policy_that_keeps_to_them_where_none_is_named()
    {
        const string destinations = "ReverseProxy:Clusters:one:Destinations:b";
        var written = Built(Settings.With(destinations, """{ "Address": "http://b" }"""));
        written.Clusters["one"].Config.LoadBalancingPolicy.ShouldBe("PeakEwma");

        Laid(OperatorWords.None.With("one", "b", new(IsDrained: false, 3)), written).Clusters["one"].Config.LoadBalancingPolicy.ShouldBe("WeightedRoundRobin");
        Laid(OperatorWords.None.With("one", "b", Drained), written).Clusters["one"].Config.LoadBalancingPolicy.ShouldBe("PeakEwma");

        var named = Built(Settings.With("ReverseProxy:Clusters:one:LoadBalancingPolicy", "\"LeastRequests\""));
        Laid(OperatorWords.None.With("one", "a", new(IsDrained: false, 3)), named).Clusters["one"].Config.LoadBalancingPolicy.ShouldBe("LeastRequests");
    }

    private static Snapshot Laid(OperatorWords words, Snapshot over) => DestinationLayers.Lay(over with { Words = words }, Snapshot.Empty);

    private static string Weights(Snapshot snapshot) => string.Join(", ",
        from cluster in snapshot.Clusters.Values
        from destination in cluster.Config.Destinations!
        orderby cluster.Config.ClusterId, destination.Key
        select $"{cluster.Config.ClusterId}/{destination.Key} {DestinationWeight.Of(destination.Value)}");

    private static Snapshot Built(string json) => SnapshotBuilder.Build(Settings.Gather(json), revision: 1);
}
