using ApiAmbassador.Balancing;

namespace ApiAmbassador.Tests.Balancing;

/// <summary>Which group a request goes to, and when health is ignored.</summary>
public class SpillRuleTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 5)]
    [InlineData(100, 71)]
    public void Hosts_that_carry_everything_are_five_of_seven_rounded_down(int hosts, int needed) => SpillRule.Needed(hosts).ShouldBe(needed);

    [Theory]
    [InlineData(new[] { 1.0 }, new[] { 1.0 })]
    [InlineData(new[] { 0.5, 1.0 }, new[] { 0.5, 0.5 })]
    [InlineData(new[] { 0.0, 1.0 }, new[] { 0.0, 1.0 })]
    [InlineData(new[] { 0.0, 0.0, 1.0 }, new[] { 0.0, 0.0, 1.0 })]
    [InlineData(new[] { 0.5, 0.5, 1.0 }, new[] { 0.5, 0.25, 0.25 })]
    [InlineData(new[] { 0.4, 0.0 }, new[] { 1.0, 0.0 })] // Nobody takes the rest, so those who are left take all of it.
    [InlineData(new[] { 0.2, 0.25 }, new[] { 0.5, 0.5 })] // 0.2 and 0.8 × 0.25.
    [InlineData(new[] { 0.0, 0.0 }, new[] { 1.0, 0.0 })]
    public void Group_gets_what_those_before_it_do_not_carry(double[] carries, double[] shares)
    {
        const int Draws = 10_000;
        var counts = new int[carries.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[SpillRule.Pick(carries, (double)i / Draws)]++;
        }

        counts.Select(count => (double)count / Draws).ShouldBe(shares, 0.0002);
    }

    [Theory]
    [InlineData(1.5, 2, 0.75)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(0, 2, 0)]
    public void Group_carries_its_share(double usable, int needed, double carries) => SpillRule.Carries(usable, needed).ShouldBe(carries);

    [Theory]
    [InlineData(2, 4, false)] // Half is not below a half.
    [InlineData(1, 4, true)]
    [InlineData(0, 4, true)]
    [InlineData(0, 3, false)] // In a small pool there is no panic.
    [InlineData(0, 1, false)]
    [InlineData(49, 100, true)]
    [InlineData(50, 100, false)]
    public void Panic_is_below_half_of_four_or_more(int well, int hosts, bool isPanic) => PanicRule.IsPanic(well, hosts, 0.5).ShouldBe(isPanic);

    [Fact]
    public void Panic_never_where_the_ratio_is_zero() => PanicRule.IsPanic(0, 10, 0).ShouldBeFalse();
}
