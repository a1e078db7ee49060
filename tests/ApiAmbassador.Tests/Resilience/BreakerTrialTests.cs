using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>How an open breaker closes, or does not.</summary>
public class BreakerTrialTests
{
    private readonly BreakerSubject _subject = new();

    private Breaker Breaker => _subject.Breaker;

    [Fact]
    public void Trial_that_succeeds_closes()
    {
        _subject.Open();

        _subject.EnterTrial();
        Breaker.State.ShouldBe(BreakerState.HalfOpen);
        Breaker.IsOpen.ShouldBeTrue("one is let through, nobody else");
        _subject.Enter().ShouldBe(Admission.Refused);

        _subject.Report(Admission.Trial, Verdict.Success).ShouldBe(BreakerChange.Closed);
        Breaker.State.ShouldBe(BreakerState.Closed);
        Breaker.OpenUntil.ShouldBeNull();
        _subject.Enter().ShouldBe(Admission.Closed);
    }

    [Fact]
    public void Trial_that_fails_opens_again()
    {
        _subject.Open();
        _subject.EnterTrial();

        _subject.Report(Admission.Trial, Verdict.Failure).ShouldBe(BreakerChange.Reopened);

        Breaker.State.ShouldBe(BreakerState.Open);
        _subject.Enter().ShouldBe(Admission.Refused);
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Trial_whose_client_leaves_changes_nothing_and_the_next_may_try()
    {
        _subject.Open();
        for (var i = 0; i < 10; i++)
        {
            _subject.EnterTrial();
            _subject.Report(Admission.Trial, Verdict.Neutral).ShouldBe(BreakerChange.None);
            Breaker.State.ShouldBe(BreakerState.Open);
            Breaker.TimeToTrial.ShouldBe(TimeSpan.Zero);
        }

        _subject.Close();
    }

    [Fact]
    public void Trial_that_hangs_keeps_its_place_for_the_shortest_break_only()
    {
        _subject.Open();
        _subject.Reopen(); // The break is 10 s now, the bound stays 5 s.
        _subject.EnterTrial();

        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(5));
        _subject.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        _subject.Enter().ShouldBe(Admission.Refused);

        _subject.Time.Advance(TimeSpan.FromTicks(1));
        _subject.Enter().ShouldBe(Admission.Trial);
        _subject.Enter().ShouldBe(Admission.Refused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // Another is under way.
    public void Trial_that_succeeds_late_closes(bool another)
    {
        _subject.Open();
        var late = _subject.EnterTrial();
        _subject.Time.Advance(TimeSpan.FromMinutes(1));
        if (another)
        {
            _subject.EnterTrial();
        }

        _subject.Report(late, Verdict.Success).ShouldBe(BreakerChange.Closed);
    }

    [Theory]
    [InlineData(nameof(Verdict.Success))]
    [InlineData(nameof(Verdict.Failure))]
    [InlineData(nameof(Verdict.Neutral))]
    public void Trial_that_reports_after_another_opened_again_is_ignored(string verdict)
    {
        _subject.Open();
        var late = _subject.EnterTrial();
        _subject.Time.Advance(TimeSpan.FromSeconds(5));
        _subject.Reopen();
        _subject.Time.Advance(TimeSpan.FromSeconds(1));

        _subject.Report(late, Enum.Parse<Verdict>(verdict)).ShouldBe(BreakerChange.None);

        Breaker.State.ShouldBe(BreakerState.Open);
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(9), "neither closed nor extended");
        Breaker.TimesOpened.ShouldBe(2);
    }

    [Fact]
    public void Trial_that_fails_after_another_closed_counts_as_any_failure()
    {
        _subject.Open();
        var late = _subject.EnterTrial();
        _subject.Time.Advance(TimeSpan.FromSeconds(5));
        _subject.Close();

        _subject.Report(late, Verdict.Failure).ShouldBe(BreakerChange.None);

        Breaker.ConsecutiveFailures.ShouldBe(1);
    }

    [Theory]
    [InlineData(nameof(Admission.Closed), nameof(Verdict.Success))] // Under way since before it opened.
    [InlineData(nameof(Admission.Closed), nameof(Verdict.Failure))]
    [InlineData(nameof(Admission.Closed), nameof(Verdict.Neutral))]
    [InlineData(nameof(Admission.Refused), nameof(Verdict.Success))] // Let through because nobody else was left.
    [InlineData(nameof(Admission.Refused), nameof(Verdict.Failure))]
    [InlineData(nameof(Admission.Refused), nameof(Verdict.Neutral))]
    public void Verdicts_of_all_but_the_trial_are_ignored_while_open(string admittedAs, string said)
    {
        var (admission, verdict) = (Enum.Parse<Admission>(admittedAs), Enum.Parse<Verdict>(said));
        _subject.Open();
        _subject.Time.Advance(TimeSpan.FromSeconds(2));

        for (var i = 0; i < 100; i++)
        {
            _subject.Report(admission, verdict).ShouldBe(BreakerChange.None);
        }

        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(3), "in the break");
        _subject.EnterTrial();
        _subject.Report(admission, verdict).ShouldBe(BreakerChange.None);
        Breaker.State.ShouldBe(BreakerState.HalfOpen, "and the trial keeps its place");
        Breaker.TimeToTrial.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Break_ends_in_time_though_the_wall_clock_is_set_back()
    {
        _subject.Open();

        _subject.Time.SetWallClock(_subject.Time.GetUtcNow() - TimeSpan.FromDays(1));

        _subject.Time.Advance(TimeSpan.FromSeconds(5));
        _subject.EnterTrial();
        _subject.Report(Admission.Trial, Verdict.Success).ShouldBe(BreakerChange.Closed);
    }

    [Fact]
    public void Break_does_not_end_early_though_the_wall_clock_is_set_forward()
    {
        _subject.Open();
        _subject.Time.Advance(TimeSpan.FromSeconds(5));
        var late = _subject.EnterTrial();
        _subject.Time.Advance(TimeSpan.FromSeconds(5));
        _subject.Reopen();

        _subject.Time.SetWallClock(_subject.Time.GetUtcNow() + TimeSpan.FromDays(1));

        _subject.Report(late, Verdict.Success).ShouldBe(BreakerChange.None);
    }

    [Fact]
    public void Threads_at_once_claim_one_trial()
    {
        _subject.Open();
        for (var turn = 0; turn < 200; turn++)
        {
            _subject.Time.Advance(Breaker.TimeToTrial);
            var trials = 0;
            Threads.Run(8, _ =>
            {
                for (var i = 0; i < 10; i++)
                {
                    if (_subject.Enter() == Admission.Trial)
                    {
                        Interlocked.Increment(ref trials);
                    }
                }
            });

            trials.ShouldBe(1, $"turn {turn}");

            // Sometimes it gives its place up, sometimes it hangs; sometimes the next break begins.
            if (turn % 3 < 2)
            {
                _subject.Report(Admission.Trial, turn % 3 == 0 ? Verdict.Neutral : Verdict.Failure);
            }
        }
    }

    /// <summary>Four trials, three of which are late, report at once; one of them decides, whichever.</summary>
    [Fact]
    public void Threads_at_once_end_a_trial_once()
    {
        const int trials = 4, turns = 300;
        using var turn = new Barrier(trials, _ =>
        {
            while (!Breaker.IsOpen)
            {
                _subject.Send(Verdict.Failure);
            }

            for (var i = 0; i < trials; i++)
            {
                _subject.EnterTrial();
            }
        });
        using var end = new Barrier(trials);
        var changes = 0;
        var wrong = "";
        Threads.Run(trials, number =>
        {
            for (var i = 1; i <= turns; i++)
            {
                turn.Meet();
                if (_subject.Report(Admission.Trial, number % 2 == 0 ? Verdict.Success : Verdict.Failure) != BreakerChange.None)
                {
                    Interlocked.Increment(ref changes);
                }

                end.Meet();
                if (number == 0 && changes != i)
                {
                    wrong += $" {changes} changes after {i} turns";
                    changes = i;
                }
            }
        });

        wrong.ShouldBeEmpty();
    }

    /// <summary>
    /// Four threads at a destination that is dead every other minute. The changes told must be ones that a breaker can make: none lost, none
    /// told twice.
    /// </summary>
    [Fact]
    public void Threads_at_once_are_told_every_change_once()
    {
        const int seed = 20_261_122;
        var told = new int[4];
        Threads.Run(4, number =>
        {
            var random = new Random(seed + number);
            for (var i = 0; i < 20_000; i++)
            {
                _subject.Time.Advance(TimeSpan.FromMilliseconds(random.Next(40)));
                var isDead = _subject.Time.GetUtcNow().Minute % 2 == 1;
                var verdict = random.Next(10) == 0 ? Verdict.Neutral : isDead ? Verdict.Failure : Verdict.Success;
                Interlocked.Increment(ref told[(int)_subject.Send(verdict)]);
            }
        });

        var (opened, closed, reopened) = (told[(int)BreakerChange.Opened], told[(int)BreakerChange.Closed], told[(int)BreakerChange.Reopened]);
        var changes = $"seed {seed}: opened {opened}, closed {closed}, reopened {reopened}";
        opened.ShouldBeGreaterThan(5, changes);
        reopened.ShouldBeGreaterThan(5, changes);
        (opened - closed).ShouldBe(Breaker.IsOpen ? 1 : 0, changes);
        if (Breaker.IsOpen)
        {
            _subject.Close();
        }
    }
}
