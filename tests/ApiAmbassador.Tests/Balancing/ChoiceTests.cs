using ApiAmbassador.Balancing;

namespace ApiAmbassador.Tests.Balancing;

/// <summary>The choices by load and by latency.</summary>
public class ChoiceTests
{
    private const int Seed = 7;

    private readonly Random _random = new(Seed);

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void LeastRequests_finds_the_one_in_every_pool_that_is_scanned(int members)
    {
        var pool = Pools.Of([.. Enumerable.Repeat(1.0, members)]);
        for (var i = 0; i < members; i++)
        {
            pool.Members[i].State.ConcurrentRequestCount = i == members - 1 ? 4 : 5;
        }

        Pools.Count(pool, 50, () => LeastRequestsChoice.Pick(pool, _random))[^1].ShouldBe(50);
    }

    [Theory]
    [InlineData(0, 1.0, 1.0, 1.0)]
    [InlineData(3, 1.0, 1.0, 1.0)]
    [InlineData(0, 3.0, 1.0, 2.0)] // Who is idle gets its share whatever its weight.
    public void LeastRequests_equals_share_by_weight(int inFlight, params double[] weights)
    {
        var pool = Pools.Of(weights);
        foreach (var member in pool.Members)
        {
            member.State.ConcurrentRequestCount = inFlight;
        }

        ShouldBeNear(Pools.Count(pool, 6_000, () => LeastRequestsChoice.Pick(pool, _random)), weights);
    }

    [Fact]
    public void LeastRequests_are_counted_for_their_weight()
    {
        var pool = Pools.Of(3, 1);
        (pool.Members[0].State.ConcurrentRequestCount, pool.Members[1].State.ConcurrentRequestCount) = (4, 1); // 5/3 and 2/1.

        LeastRequestsChoice.Pick(pool, _random).ShouldBe(0);
    }

    [Fact]
    public void LeastRequests_of_two_drawn_never_picks_the_fullest()
    {
        var pool = Pools.Of([.. Enumerable.Repeat(1.0, 9)]);
        pool.Members[3].State.ConcurrentRequestCount = 1;

        Pools.Count(pool, 1_000, () => LeastRequestsChoice.Pick(pool, _random))[3].ShouldBe(0);
    }

    [Fact]
    public void Drawn_by_weight_in_a_large_pool()
    {
        double[] weights = [10, .. Enumerable.Repeat(1.0, 10)];
        var pool = Pools.Of(weights);

        ShouldBeNear(Pools.Count(pool, 20_000, () => pool.Draw(_random)), weights);
    }

    [Fact]
    public void Two_drawn_are_never_the_same()
    {
        foreach (var pool in new[] { Pools.Of(1, 1), Pools.Of(65_535, 1), Pools.Of([.. Enumerable.Repeat(1.0, 9)]) })
        {
            for (var i = 0; i < 1_000; i++)
            {
                var (first, second) = pool.DrawTwo(_random);
                first.ShouldNotBe(second);
            }
        }
    }

    [Fact]
    public void PeakEwma_of_unknown_ones_is_least_pending_and_then_the_lot()
    {
        var pool = Pools.Of(1, 1, 1);
        pool.Members[2].Latency.Begin();

        ShouldBeNear(Pools.Count(pool, 2_000, () => Pick(pool)), [1, 1, 0]);
    }

    [Fact]
    public void PeakEwma_prefers_the_one_that_answers_sooner()
    {
        var pool = Known(0.050, 0.010, 0.030);
        Pick(pool).ShouldBe(1);

        pool.Members[1].Latency.Begin();
        pool.Members[1].Latency.Begin();
        pool.Members[1].Latency.Begin();
        Pick(pool).ShouldBe(2); // 4 × 10 ms and 1 × 30 ms.
    }

    [Fact]
    public void PeakEwma_new_one_counts_as_the_fastest_and_gets_no_more_at_a_time()
    {
        var pool = Known(0.050, 0.010, 0);
        ShouldBeNear(Pools.Count(pool, 2_000, () => Pick(pool)), [0, 1, 1]);

        pool.Members[2].Latency.Begin();
        Pick(pool).ShouldBe(1);
        pool.Members[1].Latency.Begin();
        pool.Members[1].Latency.Begin();
        Pick(pool).ShouldBe(2);
    }

    [Fact]
    public void PeakEwma_first_answers_that_are_slow_keep_nobody_out()
    {
        var pool = Known(0, 0.010);
        pool.Members[0].Latency.Learn(0, TimeSpan.FromSeconds(0.3).Ticks, hasAnswered: true); // The ambassador's own first request.

        ShouldBeNear(Pools.Count(pool, 2_000, () => Pick(pool)), [1, 1]);
    }

    [Fact]
    public void PeakEwma_idle_WebSockets_do_not_count()
    {
        var pool = Known(0.010, 0.020);
        pool.Members[0].State.ConcurrentRequestCount = 100;

        Pick(pool).ShouldBe(0);
    }

    [Fact]
    public void PeakEwma_cost_is_for_the_weight()
    {
        var pool = Pools.Of(4, 1);
        Learn(pool, [0.030, 0.010]);

        Pick(pool).ShouldBe(0);
    }

    private static Pool Known(params double[] seconds)
    {
        var pool = Pools.Of([.. seconds.Select(_ => 1.0)]);
        Learn(pool, seconds);
        return pool;
    }

    [Theory]
    [InlineData(0.010, 0.0159, true)] // Within half as much again, and a millisecond.
    [InlineData(0.010, 0.017, false)]
    [InlineData(0.0002, 0.0012, true)] // By a millisecond: chance.
    [InlineData(0.0002, 0.0015, false)]
    public void PeakEwma_takes_like_instances_for_equals_however_quiet_it_is(double one, double two, bool isLike)
    {
        var pool = Pools.Of(1, 1);
        Learn(pool, [one, two]);

        ShouldBeNear(Pools.Count(pool, 2_000, () => Pick(pool)), isLike ? [1, 1] : [1, 0]);
    }

    /// <summary>Nothing where it is zero.</summary>
    private static void Learn(Pool pool, double[] seconds)
    {
        for (var i = 0; i < seconds.Length; i++)
        {
            for (var answer = 0; answer < LatencyEstimate.UnprovenAnswers && seconds[i] > 0; answer++)
            {
                pool.Members[i].Latency.Learn(0, TimeSpan.FromSeconds(seconds[i]).Ticks, hasAnswered: true);
            }
        }
    }

    private int Pick(Pool pool) => PeakEwmaChoice.Pick(pool, TimeSpan.FromSeconds(0.060).Ticks, _random);

    /// <summary>To within five standard deviations.</summary>
    private static void ShouldBeNear(int[] counts, double[] weights)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            var share = weights[i] / weights.Sum();
            ((double)counts[i]).ShouldBe(counts.Sum() * share, (5 * Math.Sqrt(counts.Sum() * share * (1 - share))) + 0.5, $"seed {Seed}: [{string.Join(", ", counts)}]");
        }
    }
}
