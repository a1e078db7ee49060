using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Resilience;

public class BackoffTests
{
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Max = TimeSpan.FromMilliseconds(250);

    /// <summary>A Sunday.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 25)]
    [InlineData(2, 50)]
    [InlineData(3, 100)]
    [InlineData(4, 200)]
    [InlineData(5, 250)]
    [InlineData(6, 250)]
    [InlineData(64, 250)]
    [InlineData(65, 250)]
    [InlineData(int.MaxValue, 250)]
    public void Longest_pause_doubles_up_to_the_maximum(int retry, int milliseconds)
    {
        Backoff.FullJitter(retry, Base, Max, 1).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 50)]
    [InlineData(0.999, 99.9)]
    public void Pause_is_drawn_from_zero(double random, double milliseconds)
    {
        Backoff.FullJitter(3, Base, Max, random).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    public void Base_of_zero_is_no_pause(int retry) => Backoff.FullJitter(retry, TimeSpan.Zero, Max, 1).ShouldBe(TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void Longest_of_all_spans_do_not_overflow(int retry)
    {
        Backoff.FullJitter(retry, TimeSpan.MaxValue, TimeSpan.MaxValue, 1).ShouldBe(TimeSpan.MaxValue);
        Backoff.FullJitter(retry, TimeSpan.FromTicks(1), TimeSpan.MaxValue, 1).ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("120", 120)]
    [InlineData(" 5 ", 5)]
    [InlineData("007", 7)]
    [InlineData("Sun, 22 Nov 2026 08:00:30 GMT", 30)] // IMF-fixdate
    [InlineData("Sunday, 22-Nov-26 08:01:00 GMT", 60)] // RFC 850
    [InlineData("Sun Nov 22 09:00:00 2026", 3_600)] // asctime
    [InlineData("Sun, 22 Nov 2026 08:00:00 GMT", 0)]
    public void RetryAfter_is_seconds_or_a_date(string value, int seconds)
    {
        Backoff.RetryAfter(value, Now).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("1, 2")]
    [InlineData("0x10")]
    [InlineData("١")] // A digit, but not one of HTTP's.
    [InlineData("soon")]
    [InlineData("10 s")]
    [InlineData("Sun, 22 Nov 2026 07:59:59 GMT")] // Past.
    [InlineData("Sun, 31 Nov 2026 08:00:00 GMT")] // There is no such day.
    public void RetryAfter_is_nothing_else(string? value) => Backoff.RetryAfter(value, Now).ShouldBeNull();

    [Theory]
    [InlineData("922337203685")]
    [InlineData("922337203686")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void RetryAfter_that_is_too_long_is_the_longest_span(string value)
    {
        Backoff.RetryAfter(value, Now).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(922_337_203_685));
    }

    [Fact]
    public void RetryAfter_at_the_end_of_time_is_a_span()
    {
        Backoff.RetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", Now).ShouldNotBeNull().TotalDays.ShouldBeGreaterThan(365 * 7_900);
    }
}
