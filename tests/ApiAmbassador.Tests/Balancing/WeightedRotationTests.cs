using ApiAmbassador.Balancing;

namespace ApiAmbassador.Tests.Balancing;

public class WeightedRotationTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(5, 1, 1)]
    [InlineData(90, 10)]
    [InlineData(1, 1, 1)]
    [InlineData(65_535, 1)]
    [InlineData(1)]
    public void Turns_over_whole_rounds_are_the_weights(params int[] weights)
    {
        var counts = Count(new Rotation(weights).Take(weights.Sum() * 10), weights.Length);

        counts.ShouldBe(weights.Select(weight => weight * 10));
    }

    [Theory]
    [InlineData("0010", 3, 1)]
    [InlineData("0100020", 5, 1, 1)]
    [InlineData("10203040", 4, 1, 1, 1, 1)]
    [InlineData("012012", 1, 1, 1)]
    public void Turns_of_the_heavy_lie_between_those_of_the_light(string expected, params int[] weights)
    {
        string.Concat(new Rotation(weights).Take(expected.Length)).ShouldBe(expected);
    }

    /// <summary>
    /// In virtual time each runner of m of one weight is within a = 1 − 1 / 2m of a turn of its share. After n turns, which are the sum of such roundings, one with
    /// share p has had n·p turns to within (1 − p)·a + p·(the others' a).
    /// </summary>
    [Fact]
    public void Every_prefix_holds_every_share_to_within_the_bound()
    {
        const int seed = 99;
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var weights = Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.Next(1, 101)).ToArray();
            var total = (double)weights.Sum();
            var roundings = weights.Select(weight => 1 - (0.5 / weights.Count(other => other == weight))).ToArray();
            var counts = new int[weights.Length];
            var turns = 0;
            foreach (var runner in new Rotation(weights).Take(2_000))
            {
                counts[runner]++;
                turns++;
                for (var i = 0; i < weights.Length; i++)
                {
                    var share = weights[i] / total;
                    var bound = ((1 - share) * roundings[i]) + (share * (roundings.Sum() - roundings[i]));
                    if (Math.Abs(counts[i] - (turns * share)) > bound + 1e-6)
                    {
                        Assert.Fail($"seed {seed}, round {round}, weights {string.Join(',', weights)}: runner {i} has {counts[i]} of {turns}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Removal_of_one_leaves_the_others_in_their_places()
    {
        var rotation = new Rotation(4, 2, 1);
        _ = rotation.Take(10);

        rotation.LineUp((0, 4), (1, 2));

        // Every six turns from here on hold their shares: nobody makes up for anything.
        var turns = rotation.Take(60);
        for (var from = 0; from + 6 <= turns.Length; from++)
        {
            turns[from..(from + 6)].Count(runner => runner == 1).ShouldBeInRange(1, 3);
        }

        Count(turns, 2).ShouldBe([40, 20]);
    }

    [Fact]
    public void Same_members_in_a_new_lineup_go_on_where_they_were()
    {
        var undisturbed = new Rotation(7, 3, 2);
        var disturbed = new Rotation(7, 3, 2);

        var expected = undisturbed.Take(300);
        var turns = Enumerable.Range(0, 100).SelectMany(_ =>
        {
            disturbed.LineUp((0, 7), (1, 3), (2, 2));
            return disturbed.Take(3);
        }).ToArray();

        turns.ShouldBe(expected);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(400_000)] // Two hundred thousand units of virtual time: more than half its range, so the last turn looks like a future one.
    public void Returning_one_does_not_burst(int absence)
    {
        var rotation = new Rotation(1, 1, 1);
        _ = rotation.Take(9);
        rotation.LineUp((0, 1), (1, 1));
        _ = rotation.Take(absence);

        rotation.LineUp((0, 1), (1, 1), (2, 1));

        var turns = rotation.Take(30);
        ShouldBeNear(Count(turns, 3), [10, 10, 10], 1);
        turns[..6].Count(runner => runner == 2).ShouldBeInRange(1, 3);
    }

    [Fact]
    public void Raised_weight_takes_effect_at_once()
    {
        var rotation = new Rotation(1_000, 1);
        while (rotation.Next() != 1)
        {
            // Until the light one has just had its turn and would wait a thousand for the next.
        }

        rotation.LineUp((0, 1_000), (1, 500));

        Count(rotation.Take(30), 2)[1].ShouldBeInRange(9, 11);
    }

    [Fact]
    public void Lowered_weight_takes_effect_at_once()
    {
        var rotation = new Rotation(1, 1);
        _ = rotation.Take(100);

        rotation.LineUp((0, 1), (1, 9));

        ShouldBeNear(Count(rotation.Take(100), 2), [10, 90], 1);
    }

    [Fact]
    public void Virtual_time_wraps_around_unnoticed()
    {
        // A turn of weight 1 is 2^46 units, so that 2^18 turns wrap once; this wraps twice.
        var rotation = new Rotation(1, 1);
        var turns = new int[2];
        for (var i = 0; i < 1 << 20; i++)
        {
            turns[rotation.Next()]++;
            if (Math.Abs(turns[0] - turns[1]) > 1)
            {
                Assert.Fail($"turn {i}: {turns[0]} and {turns[1]}");
            }
        }
    }

    [Fact]
    public void Newcomer_among_many_starts_without_a_burst()
    {
        var rotation = new Rotation(2, 2);
        _ = rotation.Take(1_001);

        rotation.LineUp((0, 2), (1, 2), (2, 1));

        ShouldBeNear(Count(rotation.Take(50), 3), [20, 20, 10], 1);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 3, 2)]
    [InlineData(98, 1, 1)]
    public void Threads_at_once_take_the_exact_shares(params int[] weights)
    {
        const int threads = 4, picks = 50_000;
        var rotation = new Rotation(weights);
        var counts = new int[weights.Length];

        // Threads of their own with a common start, so that they meet even where there is one processor.
        using var start = new Barrier(threads);
        var running = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            var own = new int[weights.Length];
            start.SignalAndWait();
            for (var i = 0; i < picks; i++)
            {
                own[rotation.Next()]++;
            }

            for (var i = 0; i < own.Length; i++)
            {
                Interlocked.Add(ref counts[i], own[i]);
            }
        })).ToArray();
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());

        counts.Sum().ShouldBe(threads * picks);
        ShouldBeNear(counts, weights.Select(weight => weight * (threads * picks / weights.Sum())), threads);
    }

    private static int[] Count(IEnumerable<int> turns, int runners)
    {
        var counts = new int[runners];
        foreach (var runner in turns)
        {
            counts[runner]++;
        }

        return counts;
    }

    private static void ShouldBeNear(int[] counts, IEnumerable<int> expected, int tolerance)
    {
        foreach (var (count, wanted) in counts.Zip(expected))
        {
            count.ShouldBeInRange(wanted - tolerance, wanted + tolerance, $"[{string.Join(", ", counts)}]");
        }
    }

    /// <summary>A rotation whose runners are known by number.</summary>
    private sealed class Rotation
    {
        private readonly WeightedRotation _rotation = new();
        private readonly Dictionary<int, WeightedRotation.Runner> _runners = [];
        private (int Runner, int Weight)[] _members = [];
        private WeightedRotation.Lineup _lineup = null!;

        public Rotation(params int[] weights) => LineUp([.. weights.Select((weight, runner) => (runner, weight))]);

        public void LineUp(params (int Runner, int Weight)[] members)
        {
            foreach (var (runner, _) in members)
            {
                _runners.TryAdd(runner, new WeightedRotation.Runner());
            }

            _members = members;
            _lineup = _rotation.LineUp([.. members.Select(member => (_runners[member.Runner], member.Weight))]);
        }

        public int Next() => _members[_lineup.Next()].Runner;

        public int[] Take(int turns)
        {
            var taken = new int[turns];
            for (var i = 0; i < turns; i++)
            {
                taken[i] = Next();
            }

            return taken;
        }
    }
}
