using ApiAmbassador.Configuration;
using ApiAmbassador.Routing;

namespace ApiAmbassador.Tests.Routing;

public class SplitRuleTests
{
    private const int Callers = 100_000;
    private const int Seed = 4_711;
    private const ulong All = ulong.MaxValue;

    private static readonly string[] Keys = MakeKeys();

    [Theory]
    [InlineData(90, 10, 0)]
    [InlineData(0.5, 0.5, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(70, 20, 10)]
    [InlineData(1, 0, 0)]
    [InlineData(999_999, 1, 0)]
    public void Shares_of_keys_are_the_weights(double a, double b, double c)
    {
        var shares = Shares(Sides(Rule(("a", a), ("b", b), ("c", c)), All));

        ShouldBeNear(shares, [a, b, c]);
    }

    [Fact]
    public void Side_of_weight_zero_gets_nobody()
    {
        var rule = Rule(("a", 1), ("b", 0), ("c", 1));

        Sides(rule, All).ShouldNotContain(1);
        Draws(rule, All).ShouldNotContain(1);
    }

    [Fact]
    public void Raised_weight_moves_callers_only_to_its_side_and_lowered_only_from_it()
    {
        var before = Sides(Rule(("a", 70), ("b", 20), ("c", 10)), All);
        var after = Sides(Rule(("a", 70), ("b", 20), ("c", 30)), All);

        var moved = 0;
        for (var i = 0; i < Callers; i++)
        {
            // Read forwards c is raised, read backwards it is lowered.
            if (before[i] != after[i])
            {
                moved++;
                if (after[i] != 2)
                {
                    Assert.Fail($"seed {Seed}: {Keys[i]} moved from {before[i]} to {after[i]}");
                }
            }
        }

        moved.ShouldBeInRange(1, (int)(Callers * 0.16)); // 30/120 − 10/100 = 15 points, and not more.
    }

    [Fact]
    public void Weights_in_another_unit_move_nobody()
    {
        Sides(Rule(("a", 90), ("b", 10)), All).ShouldBe(Sides(Rule(("a", 0.9), ("b", 0.1)), All));
    }

    [Fact]
    public void Order_and_case_of_the_clusters_do_not_matter()
    {
        var one = Rule(("Alpha", 60), ("beta", 30), ("gamma", 10));
        var other = Rule(("GAMMA", 10), ("alpha", 60), ("Beta", 30));

        one.Sides.Select(side => side.ClusterId.ToLowerInvariant()).ShouldBe(other.Sides.Select(side => side.ClusterId.ToLowerInvariant()));
        Sides(one, All).ShouldBe(Sides(other, All));
    }

    [Fact]
    public void Splits_of_one_name_agree_and_of_different_names_do_not()
    {
        var named = Sides(Rule("checkout", ("a", 50), ("b", 50)), All);

        Sides(Rule("checkout", ("b", 50), ("a", 50)), All).ShouldBe(named);
        var agreeing = Sides(Rule("search", ("a", 50), ("b", 50)), All).Zip(named).Count(pair => pair.First == pair.Second);
        agreeing.ShouldBeInRange((int)(Callers * 0.49), (int)(Callers * 0.51));
    }

    [Fact]
    public void Excluded_sides_callers_go_to_the_others_in_proportion_and_nobody_else_moves()
    {
        var rule = Rule(("a", 60), ("b", 30), ("c", 10));
        var before = Sides(rule, All);
        var after = Sides(rule, 0b101);

        var moved = new int[3];
        for (var i = 0; i < Callers; i++)
        {
            if (before[i] == 1)
            {
                moved[after[i]]++;
            }
            else if (after[i] != before[i])
            {
                Assert.Fail($"seed {Seed}: {Keys[i]} moved from {before[i]} to {after[i]}");
            }
        }

        var all = (double)moved.Sum();
        ShouldBeNear([moved[0] / all, moved[1] / all, moved[2] / all], [60, 0, 10]);
    }

    [Theory]
    [InlineData(0b000UL)]
    [InlineData(0b010UL)] // Its weight is 0.
    [InlineData(0b1000UL)] // There is no such side.
    public void Nothing_to_choose_from_is_minus_one(ulong candidates)
    {
        var rule = Rule(("a", 1), ("b", 0), ("c", 1));

        rule.Choose("anybody", candidates).ShouldBe(-1);
        rule.Choose(0.5, candidates).ShouldBe(-1);
    }

    [Theory]
    [InlineData(90, 10, 0, 0b111UL)]
    [InlineData(1, 0, 3, 0b111UL)]
    [InlineData(60, 30, 10, 0b101UL)]
    [InlineData(0.6, 0.3, 0.1, 0b110UL)]
    public void Shares_of_draws_are_the_weights_of_the_candidates(double a, double b, double c, ulong candidates)
    {
        var weights = new[] { a, b, c }.Select((weight, i) => (candidates & (1UL << i)) == 0 ? 0 : weight).ToArray();

        ShouldBeNear(Shares(Draws(Rule(("a", a), ("b", b), ("c", c)), candidates)), weights);
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.5999, 0)]
    [InlineData(0.6001, 1)]
    [InlineData(0.8999, 1)]
    [InlineData(0.9001, 2)]
    [InlineData(0.99999999999999989, 2)] // The largest draw there is.
    public void Draw_falls_where_the_cumulative_sums_say(double draw, int side)
    {
        Rule(("a", 0.6), ("b", 0.3), ("c", 0.1), ("d", 0)).Choose(draw, All).ShouldBe(side);
    }

    [Fact]
    public void Sixty_four_sides_are_all_reached()
    {
        var rule = Rule([.. Enumerable.Range(10, 64).Select(i => ($"c{i}", 1.0))]);

        Sides(rule, All).Distinct().Count().ShouldBe(64);
        rule.Choose("anybody", 1UL << 63).ShouldBe(63);
        rule.Choose(0.0, 1UL << 63).ShouldBe(63);
    }

    /// <summary>
    /// Which side these callers are on today. A change here moves users of everybody who runs a split: it belongs into the release
    /// notes, if it is meant at all.
    /// </summary>
    [Fact]
    public void Hash_does_not_change()
    {
        var rule = Rule(("v1", 50), ("v2", 50));
        var named = Rule("checkout", ("v1", 50), ("v2", 30), ("v3", 20));
        string[] callers = ["alice", "bob", "carol", "dave", "10.0.0.1", "::1", "", "Ünïcode", "5f2c0b1e-0000-4000-8000-000000000001", "x"];

        string.Concat(callers.Select(caller => rule.Choose(caller, All))).ShouldBe("0101101000");
        string.Concat(callers.Select(caller => named.Choose(caller, All))).ShouldBe("0000210222");
    }

    private static string[] MakeKeys()
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Callers).Select(_ => random.NextInt64().ToString("x"))];
    }

    private static SplitRule Rule(params (string Id, double Weight)[] clusters) => Rule(name: null, clusters);

    private static SplitRule Rule(string? name, params (string Id, double Weight)[] clusters) => SplitRule.Create(
        new SplitOptions { Name = name, Clusters = clusters.ToDictionary(cluster => cluster.Id, cluster => cluster.Weight) }, hasClusterIdToo: false);

    private static int[] Sides(SplitRule rule, ulong candidates) => [.. Keys.Select(key => rule.Choose(key, candidates))];

    private static int[] Draws(SplitRule rule, ulong candidates)
    {
        var random = new Random(Seed);
        return [.. Keys.Select(_ => rule.Choose(random.NextDouble(), candidates))];
    }

    private static double[] Shares(int[] sides) => [.. Enumerable.Range(0, 3).Select(side => sides.Count(chosen => chosen == side) / (double)sides.Length)];

    /// <summary>Within one point; the standard deviation of a share of 100 000 is at most 0.16 points.</summary>
    private static void ShouldBeNear(double[] shares, double[] weights)
    {
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i].ShouldBe(weights[i] / weights.Sum(), 0.01, $"seed {Seed}, side {i}");
        }
    }
}
