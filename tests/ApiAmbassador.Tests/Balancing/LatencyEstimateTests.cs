using ApiAmbassador.Balancing;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Balancing;

public class LatencyEstimateTests
{
    private readonly FakeTime _time = new();
    private readonly LatencyEstimate _estimate;

    public LatencyEstimateTests()
    {
        _time.Advance(TimeSpan.FromHours(1));
        _estimate = new LatencyEstimate(_time);
    }

    private double Now => _estimate.At(_time.GetTimestamp());

    [Fact]
    public void Nothing_known_is_zero()
    {
        (_estimate.IsKnown, Now, _estimate.Level).ShouldBe((false, 0.0, 0.0));
    }

    [Fact]
    public void First_answer_is_the_estimate()
    {
        Answer(0.050);

        Now.ShouldBe(0.050, 1e-6);
    }

    [Theory]
    [InlineData(0.020, 0.040)] // No more than twice what the others take.
    [InlineData(0.300, 0.400)]
    public void First_answer_is_held_against_the_others(double others, double expected)
    {
        Answer(0.400, others);

        Now.ShouldBe(expected, 1e-6);
    }

    [Fact]
    public void Read_decays_by_two_thirds_in_ten_seconds_and_the_level_stays()
    {
        Answer(0.050);

        Pass(10);

        Now.ShouldBe(0.050 / Math.E, 5e-5);
        _estimate.Level.ShouldBe(0.050, 1e-6);
    }

    [Fact]
    public void Higher_answer_counts_at_once()
    {
        Answer(0.050);

        Answer(0.080);

        Now.ShouldBe(0.080, 1e-6);
    }

    [Fact]
    public void Far_higher_answer_doubles_it_and_the_next_again()
    {
        Answer(0.050);

        Answer(60);
        Now.ShouldBe(0.100, 1e-6);
        Answer(60);
        Now.ShouldBe(0.200, 1e-6);
    }

    [Fact]
    public void Answers_to_attempts_under_way_at_once_double_it_once()
    {
        Answer(0.050);
        var beganAt = _time.GetTimestamp();
        Pass(3);

        for (var i = 0; i < 10; i++)
        {
            _estimate.Learn(beganAt, _time.GetTimestamp(), hasAnswered: true);
        }

        Now.ShouldBe(0.100, 1e-6);
    }

    [Fact]
    public void Lower_answer_counts_by_the_time_that_has_passed()
    {
        Warm(0.050);

        Pass(9.990);
        Answer(0.010);

        var kept = Math.Exp(-1);
        Now.ShouldBe((0.050 * kept) + (0.010 * (1 - kept)), 5e-5);
    }

    [Fact]
    public void Many_lower_answers_count_although_no_time_has_passed()
    {
        Warm(0.050);

        AnswerAtOnce(LatencyEstimate.Samples);

        Now.ShouldBe(0.001 + (0.049 / Math.E), 5e-4);
    }

    [Fact]
    public void Many_answers_to_attempts_from_before_a_failure_do_not()
    {
        Warm(0.050);
        var now = _time.GetTimestamp();
        _estimate.Failed(now, now, others: 0.050);

        AnswerAtOnce(LatencyEstimate.Samples);

        Now.ShouldBe(0.100, 1e-6);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(30)]
    public void Failure_doubles_it_however_fast_or_slow_it_was(double seconds)
    {
        Answer(0.050);

        Fail(seconds, others: 0.040);

        Now.ShouldBe(0.100, 1e-6);
    }

    [Fact]
    public void Failure_of_one_that_seems_faster_than_the_others_makes_it_slower_than_them()
    {
        Answer(0.001);

        Fail(0.001, others: 0.040);

        Now.ShouldBe(0.080, 1e-6);
    }

    [Fact]
    public void Failures_in_a_row_come_to_sixteen_times_the_others()
    {
        Answer(0.050);

        for (var i = 0; i < 20; i++)
        {
            Fail(0.001, others: 0.050);
        }

        Now.ShouldBe(16 * 0.050, 1e-5);
    }

    [Fact]
    public void Failures_of_the_only_one_come_to_sixteen_times_what_it_took_and_its_answer_takes_their_place()
    {
        Answer(0.050);

        for (var i = 0; i < 1_000; i++)
        {
            Fail(0.001, others: 0);
        }

        Now.ShouldBe(16 * 0.050, 1e-5);

        Answer(0.040);
        Now.ShouldBe(0.040, 1e-6);
    }

    [Fact]
    public void Failures_of_the_only_one_before_its_first_answer_come_to_sixteen_times_the_first_of_them()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Fail(0.001, others: 0);
        }

        Now.ShouldBe(16 * 0.001, 1e-5);
    }

    [Fact]
    public void Failure_of_the_only_one_doubles_what_is_known()
    {
        Fail(0.001, others: 0);
        Now.ShouldBe(0.001, 1e-6);

        Fail(0.001, others: 0);
        Now.ShouldBe(0.002, 1e-6);
    }

    [Fact]
    public void Answer_after_failures_takes_their_place()
    {
        Answer(0.050);
        Fail(0.001, others: 0.050);
        Fail(0.001, others: 0.050);

        Answer(0.060);

        Now.ShouldBe(0.060, 1e-6);
    }

    [Fact]
    public void Answer_to_an_attempt_from_before_the_failure_does_not()
    {
        Answer(0.050);
        var beganAt = _time.GetTimestamp();
        Fail(0.001, others: 0.050);

        _estimate.Learn(beganAt, _time.GetTimestamp(), hasAnswered: true);

        Now.ShouldBe(0.100, 1e-4);
    }

    [Theory]
    [InlineData(0, 2.0)] // As any failure.
    [InlineData(20, 7.389)]
    [InlineData(3_600, 20.086)] // Half a minute and no longer.
    public void Retry_after_makes_it_slow_for_that_long(int seconds, double times)
    {
        Answer(0.050);

        Fail(0.001, others: 0.050, TimeSpan.FromSeconds(seconds));

        Now.ShouldBe(times * 0.050, 1e-4);
    }

    [Fact]
    public void Who_leaves_early_says_nothing_and_who_leaves_late_says_so_much()
    {
        Answer(0.050);
        Leave(0.040);
        Now.ShouldBe(0.050, 5e-4);

        Leave(0.070);

        Now.ShouldBe(0.070, 1e-4);
    }

    [Fact]
    public void Who_leaves_one_of_which_nothing_is_known_says_something_only_beside_others()
    {
        Leave(5);
        _estimate.IsKnown.ShouldBeFalse();

        var beganAt = _time.GetTimestamp();
        Pass(5);
        _estimate.Learn(beganAt, _time.GetTimestamp(), hasAnswered: false, others: 0.050);
        Now.ShouldBe(0.100, 1e-6);
    }

    [Fact]
    public void Sample_from_before_the_last_one_counts_as_of_the_same_moment()
    {
        Warm(0.050);

        _estimate.Learn(_time.GetTimestamp() - 10_000_000, _time.GetTimestamp() - 9_900_000, hasAnswered: true);

        Now.ShouldBe(0.050 - (0.040 / LatencyEstimate.Samples), 1e-6);
    }

    [Fact]
    public void Threads_at_once_leave_a_level_between_what_they_said()
    {
        Warm(0.050);
        Threads.Run(4, number =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                _estimate.Begin();
                var now = _time.GetTimestamp();
                _estimate.Learn(now - TimeSpan.FromMilliseconds(40 + (number * 5)).Ticks, now, hasAnswered: true);
                _estimate.End();
                if (Now is < 0.040 or > 0.056)
                {
                    throw new InvalidOperationException($"{Now}");
                }
            }
        });

        _estimate.Pending.ShouldBe(0);
    }

    [Fact]
    public void Among_the_first_answers_a_faster_one_takes_the_place_of_a_slower_one()
    {
        Answer(0.080);
        Answer(0.002);
        Now.ShouldBe(0.002, 1e-6);

        Warm(0.002);
        Answer(0.001);
        Now.ShouldBe(0.002, 2e-5);
    }

    /// <summary>As it is after its first answers.</summary>
    private void Warm(double seconds)
    {
        for (var i = 0; i < LatencyEstimate.ColdAnswers; i++)
        {
            Answer(seconds);
        }
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private void Answer(double seconds, double others = 0)
    {
        var beganAt = _time.GetTimestamp() + 1; // After what ended just now.
        Pass(seconds + 1e-7);
        _estimate.Learn(beganAt, _time.GetTimestamp(), hasAnswered: true, others);
    }

    /// <summary>So many times a millisecond, all ending now.</summary>
    private void AnswerAtOnce(int times)
    {
        var now = _time.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            _estimate.Learn(now - TimeSpan.FromMilliseconds(1).Ticks, now, hasAnswered: true);
        }
    }

    private void Leave(double seconds)
    {
        var beganAt = _time.GetTimestamp() + 1;
        Pass(seconds + 1e-7);
        _estimate.Learn(beganAt, _time.GetTimestamp(), hasAnswered: false);
    }

    private void Fail(double seconds, double others, TimeSpan? retryAfter = null)
    {
        var beganAt = _time.GetTimestamp() + 1;
        Pass(seconds + 1e-7);
        _estimate.Failed(beganAt, _time.GetTimestamp(), others, retryAfter);
    }
}
