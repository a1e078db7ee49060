using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Resilience;

public class BreakerRuleTests
{
    [Theory]
    [InlineData(5, 4, false)]
    [InlineData(5, 5, true)]
    [InlineData(5, 6, true)]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(0, 0, false)] // 0 is off.
    [InlineData(0, long.MaxValue, false)]
    [InlineData(10_000, long.MaxValue, true)]
    public void Failures_in_a_row_open(int threshold, long consecutive, bool opens)
    {
        var options = new CircuitBreakerOptions { ConsecutiveFailures = threshold, FailureRatio = 0 };

        BreakerRule.Opens(options, consecutive, successes: 0, failures: consecutive).ShouldBe(opens);
    }

    [Theory]
    [InlineData(0.5, 20, 10, 10, true)]
    [InlineData(0.5, 20, 11, 9, false)]
    [InlineData(0.5, 20, 0, 19, false)] // Too few to say anything,
    [InlineData(0.5, 20, 0, 20, true)] // just enough.
    [InlineData(0.07, 20, 93, 7, true)] // 0.07 × 100 is more than 7 in floating point.
    [InlineData(0.07, 20, 94, 6, false)]
    [InlineData(1, 20, 0, 20, true)]
    [InlineData(1, 20, 1, 1_000_000, false)]
    [InlineData(0, 1, 0, 1_000_000, false)] // 0 is off.
    [InlineData(0.5, 1, 0, 0, false)]
    [InlineData(0.5, 1, 4_000_000_000_000_000_000, 5_000_000_000_000_000_000, true)]
    public void Share_of_failures_opens(double ratio, int throughput, long successes, long failures, bool opens)
    {
        var options = new CircuitBreakerOptions { ConsecutiveFailures = 0, FailureRatio = ratio, MinimumThroughput = throughput };

        BreakerRule.Opens(options, consecutiveFailures: 1, successes, failures).ShouldBe(opens);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(3, 40)]
    [InlineData(4, 60)]
    [InlineData(5, 60)]
    [InlineData(63, 60)]
    [InlineData(64, 60)]
    [InlineData(int.MaxValue, 60)]
    public void Break_doubles_up_to_the_maximum(int timesBefore, int seconds)
    {
        BreakerRule.BreakDuration(new CircuitBreakerOptions(), timesBefore, othersServe: true, random: 0).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Break_does_not_grow_where_nobody_else_serves(int timesBefore)
    {
        BreakerRule.BreakDuration(new CircuitBreakerOptions(), timesBefore, othersServe: false, random: 0).ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(0, 0.5, 5.25)]
    [InlineData(0, 1, 5.5)]
    [InlineData(1, 0.1, 10.1)]
    [InlineData(10, 1, 66)] // The jitter comes on top of the maximum.
    public void Jitter_adds_up_to_a_tenth(int timesBefore, double random, double seconds)
    {
        BreakerRule.BreakDuration(new CircuitBreakerOptions(), timesBefore, othersServe: true, random).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Longest_breaks_do_not_overflow()
    {
        var options = new CircuitBreakerOptions { BreakDuration = TimeSpan.FromDays(1), BreakDurationMax = TimeSpan.FromDays(1) };

        BreakerRule.BreakDuration(options, int.MaxValue, othersServe: true, random: 1).ShouldBe(TimeSpan.FromDays(1.1));
    }
}
