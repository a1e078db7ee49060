using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Health;

/// <summary>Who is an outlier, beside whom, and for how long.</summary>
public class OutlierRuleTests
{
    private const int RequestsMin = 20;

    private static readonly OutcomeTotals Well = new(100, 0, 0, 0), Unasked = new(0, 0, 0, 0);

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(4, false)]
    public void Row_of_errors_beside_others_that_are_well_is_a_cause(long row, bool isCause) =>
        (Cause(row, Bad(row), Well) is not null).ShouldBe(isCause);

    [Fact]
    public void Row_of_errors_that_others_answer_too_is_the_applications() => Cause(5, Bad(5), Bad(40), Bad(7)).ShouldBeNull();

    [Fact]
    public void Row_of_errors_beside_others_that_nobody_asked_says_nothing() => Cause(5, Bad(5), Unasked, Unasked).ShouldBeNull();

    [Theory]
    [InlineData(1, 3, true)] // Of four one is as bad.
    [InlineData(2, 1, true)] // Two are, of three others.
    [InlineData(4, 0, false)]
    [InlineData(6, 1, false)] // One of seven others may be lucky.
    [InlineData(6, 2, true)]
    public void A_quarter_of_the_others_has_to_do_better(int bad, int well, bool isCause) =>
        (Cause(5, Bad(10), [.. Enumerable.Repeat(Bad(10), bad), .. Enumerable.Repeat(Well, well)]) is not null).ShouldBe(isCause);

    [Fact]
    public void One_answer_of_another_is_enough_where_all_of_ours_are_errors() => Cause(5, Bad(5), new OutcomeTotals(1, 0, 0, 0)).ShouldNotBeNull();

    [Theory]
    [InlineData(50, 100, 0, true)]
    [InlineData(49, 100, 0, false)]
    [InlineData(10, 20, 0, true)]
    [InlineData(10, 19, 0, false)] // Too few requests.
    [InlineData(60, 100, 20, true)]
    [InlineData(60, 100, 40, false)] // The others answer nearly as many.
    public void Share_of_errors_is_a_cause_where_others_have_half_of_it_at_most(long errors, long requests, long othersErrors, bool isCause) =>
        (Cause(0, new OutcomeTotals(requests, 0, errors, 0), new OutcomeTotals(100, 0, othersErrors, 0)) is not null).ShouldBe(isCause);

    [Theory]
    [InlineData(60, 0, true)]
    [InlineData(60, 50, false)]
    [InlineData(40, 0, false)]
    public void Share_of_slow_answers_is_one_too(long slow, long othersSlow, bool isCause) =>
        (Cause(0, new OutcomeTotals(100, 0, 0, slow), new OutcomeTotals(100, 0, 0, othersSlow)) is not null).ShouldBe(isCause);

    [Fact]
    public void Triggers_that_are_off_eject_nobody()
    {
        var off = new OutlierOptions { ConsecutiveErrors = 0, ErrorRatio = 0 };

        OutlierRule.Cause(off, RequestsMin, 1000, new OutcomeTotals(1000, 0, 1000, 1000), [Well]).ShouldBeNull();
        OutlierRule.IsRow(off, 5).ShouldBeFalse();
        double.IsInfinity(OutlierRule.SlowFrom(new OutlierOptions { SlowFactor = 0 }, 1)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.01, 0.2)]
    [InlineData(1, 10.1)]
    public void Slow_is_ten_times_the_usual_and_a_tenth_of_a_second(double usual, double from) =>
        OutlierRule.SlowFrom(new OutlierOptions(), usual).ShouldBe(from, 1e-9);

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(29, 290)]
    [InlineData(30, 300)]
    [InlineData(31, 300)]
    [InlineData(int.MaxValue, 300)]
    public void Ejection_grows_with_each_time_to_five_minutes(int times, int seconds) =>
        OutlierRule.Ejection(new OutlierOptions(), times).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Ejection_longer_than_five_minutes_stays_as_it_is_set() =>
        OutlierRule.Ejection(new OutlierOptions { BaseEjection = TimeSpan.FromHours(1) }, 3).ShouldBe(TimeSpan.FromHours(1));

    [Theory]
    [InlineData(3, 0, 3)]
    [InlineData(3, 9.9, 3)]
    [InlineData(3, 10, 2)]
    [InlineData(3, 25, 1)]
    [InlineData(3, 1e9, 0)]
    public void Time_that_passes_well_is_taken_off(int times, double seconds, int left) =>
        OutlierRule.TimesLeft(new OutlierOptions(), times, TimeSpan.FromSeconds(seconds)).ShouldBe(left);

    [Theory]
    [InlineData(1, null, 0)]
    [InlineData(2, null, 1)]
    [InlineData(3, null, 1)]
    [InlineData(4, null, 2)]
    [InlineData(10, null, 5)]
    [InlineData(4, 3, 3)]
    [InlineData(4, 9, 3)] // One is always kept.
    [InlineData(4, 0, 0)]
    public void Half_of_the_hosts_may_be_out_unless_a_number_is_set(int hosts, int? max, int ejected) =>
        OutlierRule.EjectedMax(new OutlierOptions { MaxEjectedHosts = max }, hosts).ShouldBe(ejected);

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.5, 0.1)]
    [InlineData(5, 0.5)]
    [InlineData(10, 1)]
    public void Warm_up_grows_from_a_tenth(double seconds, double share) =>
        WarmUp.Share(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(10)).ShouldBe(share, 1e-9);

    [Fact]
    public void Warm_up_of_no_length_is_over() => WarmUp.Share(TimeSpan.Zero, TimeSpan.Zero).ShouldBe(1);

    private static OutcomeTotals Bad(long errors) => new(errors, 0, errors, 0);

    private static string? Cause(long row, OutcomeTotals own, params OutcomeTotals[] others) => OutlierRule.Cause(new OutlierOptions(), RequestsMin, row, own, others);
}
