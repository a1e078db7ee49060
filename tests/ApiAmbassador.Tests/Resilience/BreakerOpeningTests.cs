using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>When a breaker opens and how long it stays open; <see cref="BreakerTrialTests"/> has what follows.</summary>
public class BreakerOpeningTests
{
    private readonly BreakerSubject _subject = new();

    private Breaker Breaker => _subject.Breaker;

    [Fact]
    public void Fresh_breaker_is_closed()
    {
        _subject.Enter().ShouldBe(Admission.Closed);
        Breaker.State.ShouldBe(BreakerState.Closed);
        (Breaker.IsOpen, Breaker.IsRefusing).ShouldBe((false, false));
        Breaker.TimeToTrial.ShouldBe(TimeSpan.Zero);
        Breaker.OpenUntil.ShouldBeNull();
        (Breaker.ConsecutiveFailures, Breaker.TimesOpened).ShouldBe((0, 0));
    }

    // S success, F failure, N neutral; the number is that of the request that opens it.
    [Theory]
    [InlineData("FFFFF", 5)]
    [InlineData("FFFF", 0)]
    [InlineData("FFFFSFFFFSFFFF", 0)] // A success between begins the count again.
    [InlineData("FFFFNFN", 6)] // A client that leaves does not.
    [InlineData("NNNNNNNNNN", 0)]
    [InlineData("SFFFFF", 6)]
    public void Failures_in_a_row_open(string verdicts, int opensAt)
    {
        _subject.Options.FailureRatio = 0;

        _subject.SendUntilOpen(verdicts).ShouldBe(opensAt);

        Breaker.IsOpen.ShouldBe(opensAt > 0);
    }

    [Fact]
    public void One_success_then_fifty_failures_open()
    {
        _subject.SendUntilOpen("S" + new string('F', 50)).ShouldBe(6);
    }

    [Fact]
    public void One_failure_opens_where_one_is_enough()
    {
        _subject.Options.ConsecutiveFailures = 1;

        _subject.SendUntilOpen("SSF").ShouldBe(3);
    }

    [Theory]
    [InlineData(0.5, 20, 20)]
    [InlineData(0.5, 7, 8)] // At 7 there are three failures.
    [InlineData(0.51, 20, 0)]
    [InlineData(0.5, 1_000, 0)]
    public void Alternation_opens_by_the_ratio(double ratio, int throughput, int opensAt)
    {
        (_subject.Options.FailureRatio, _subject.Options.MinimumThroughput) = (ratio, throughput);

        _subject.SendUntilOpen(string.Concat(Enumerable.Repeat("SF", 100))).ShouldBe(opensAt);
    }

    [Fact]
    public void Ratio_looks_at_the_last_stretch_only()
    {
        _subject.SendUntilOpen(string.Concat(Enumerable.Repeat("S", 1_000))).ShouldBe(0);

        _subject.Time.Advance(_subject.Options.SamplingDuration * 1.1);

        _subject.SendUntilOpen(string.Concat(Enumerable.Repeat("SF", 100))).ShouldBe(20);
    }

    [Fact]
    public void Failures_too_far_apart_do_not_open_by_the_ratio()
    {
        for (var i = 0; i < 100; i++)
        {
            _subject.SendUntilOpen("FS").ShouldBe(0);
            _subject.Time.Advance(_subject.Options.SamplingDuration / 8); // Never more than 18 requests in it.
        }
    }

    [Fact]
    public void Failures_in_a_row_open_however_far_apart()
    {
        _subject.SendUntilOpen("FFFF").ShouldBe(0);
        _subject.Time.Advance(TimeSpan.FromDays(3));

        _subject.Send(Verdict.Failure).ShouldBe(BreakerChange.Opened);
    }

    [Fact]
    public void Triggers_that_are_off_never_open()
    {
        (_subject.Options.ConsecutiveFailures, _subject.Options.FailureRatio) = (0, 0);

        _subject.SendUntilOpen(new string('F', 1_000)).ShouldBe(0);

        Breaker.ConsecutiveFailures.ShouldBe(1_000);
    }

    [Fact]
    public void Open_breaker_refuses_until_its_break_is_over()
    {
        _subject.Open();

        Breaker.State.ShouldBe(BreakerState.Open);
        Breaker.IsOpen.ShouldBeTrue();
        Breaker.TimeToTrial.ShouldBe(_subject.Options.BreakDuration);
        Breaker.OpenUntil.ShouldBe(_subject.Time.GetUtcNow() + _subject.Options.BreakDuration);
        (Breaker.ConsecutiveFailures, Breaker.TimesOpened).ShouldBe((5, 1));

        _subject.Time.Advance(_subject.Options.BreakDuration - TimeSpan.FromTicks(1));
        _subject.Enter().ShouldBe(Admission.Refused);
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromTicks(1));

        _subject.Time.Advance(TimeSpan.FromTicks(1));
        Breaker.TimeToTrial.ShouldBe(TimeSpan.Zero);
        _subject.Enter().ShouldBe(Admission.Trial);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refusing_is_what_opened_by_a_failure_to_connect(bool connect)
    {
        _subject.Open(connect);
        Breaker.IsRefusing.ShouldBe(connect);

        _subject.Reopen(!connect);
        Breaker.IsRefusing.ShouldBe(!connect, "the last failed trial decides");

        _subject.Close();
        Breaker.IsRefusing.ShouldBeFalse();
    }

    [Fact]
    public void Breaks_grow_to_the_maximum_while_trials_fail()
    {
        _subject.Open();

        foreach (var seconds in new[] { 5, 10, 20, 40, 60, 60, 60 })
        {
            Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(seconds));
            _subject.Reopen();
        }

        Breaker.TimesOpened.ShouldBe(8);
    }

    [Fact]
    public void Breaks_do_not_grow_while_nobody_else_serves()
    {
        _subject.OthersServe = false;
        _subject.Open();
        for (var i = 0; i < 10; i++)
        {
            Breaker.TimeToTrial.ShouldBe(_subject.Options.BreakDuration);
            _subject.Reopen();
        }

        _subject.OthersServe = true;
        _subject.Reopen();
        Breaker.TimeToTrial.ShouldBe(_subject.Options.BreakDurationMax, "others serve again, and it has failed eleven times");
    }

    [Theory]
    [InlineData(0.5, 5.25)]
    [InlineData(1, 5.5)]
    public void Jitter_adds_to_the_break(double random, double seconds)
    {
        _subject.Jitter = random;

        _subject.Open();

        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(seconds));
        _subject.EnterTrial(); // At this very moment Polly's break is over too.
        _subject.Report(Admission.Trial, Verdict.Success).ShouldBe(BreakerChange.Closed);
    }

    [Theory]
    [InlineData(0, 20)] // Opens again at once,
    [InlineData(10, 20)] // within the sampling duration,
    [InlineData(10.1, 5)] // and after it.
    public void Growth_goes_on_if_it_soon_opens_again(double secondsAfterClosing, int seconds)
    {
        _subject.Open();
        _subject.Reopen();
        _subject.Close();

        _subject.Time.Advance(TimeSpan.FromSeconds(secondsAfterClosing));
        _subject.Open();

        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(seconds));
        Breaker.TimesOpened.ShouldBe(seconds == 20 ? 3 : 1);
    }

    [Fact]
    public void Counters_start_from_zero_on_closing()
    {
        _subject.Options.MinimumThroughput = 8;
        _subject.SendUntilOpen("SSSFFFFFF").ShouldBe(8);
        _subject.Close();

        Breaker.ConsecutiveFailures.ShouldBe(0);
        _subject.SendUntilOpen("FFFF").ShouldBe(0, "in a row");
        _subject.SendUntilOpen("SSFF").ShouldBe(8 - 4, "6 of 8 since it closed; before that was another time");
    }

    [Fact]
    public void Changed_settings_hold_for_the_next_verdict()
    {
        _subject.SendUntilOpen("FF").ShouldBe(0);
        _subject.Options = new CircuitBreakerOptions { ConsecutiveFailures = 3, BreakDuration = TimeSpan.FromSeconds(1) };

        _subject.Send(Verdict.Failure).ShouldBe(BreakerChange.Opened);
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Changed_settings_leave_the_running_break_and_hold_for_the_next()
    {
        _subject.Open();
        _subject.Options = new CircuitBreakerOptions { ConsecutiveFailures = 0, FailureRatio = 0, BreakDuration = TimeSpan.FromSeconds(1), BreakDurationMax = TimeSpan.FromSeconds(1) };
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(5));

        _subject.Reopen();
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(1), "triggers that are off keep no breaker open, but its trial decides");

        _subject.Close();
        _subject.SendUntilOpen(new string('F', 100)).ShouldBe(0);
    }

    [Fact]
    public void Healthy_traffic_allocates_nothing()
    {
        for (var i = 0; i < 100; i++)
        {
            _subject.Send(Verdict.Success);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            _subject.Send(Verdict.Success);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    /// <summary>Each thread fails and fails; the opening is told to one of them, whichever.</summary>
    [Fact]
    public void Threads_at_once_get_one_change_for_each_opening()
    {
        const int threads = 8, turns = 100;
        for (var turn = 1; turn <= turns; turn++)
        {
            var opened = 0;
            Threads.Run(threads, _ =>
            {
                for (var i = 0; i < 20; i++)
                {
                    if (_subject.Send(Verdict.Failure) == BreakerChange.Opened)
                    {
                        Interlocked.Increment(ref opened);
                    }
                }
            });

            opened.ShouldBe(1, $"turn {turn}");
            Breaker.TimesOpened.ShouldBe(turn);
            _subject.Close();
        }
    }
}
