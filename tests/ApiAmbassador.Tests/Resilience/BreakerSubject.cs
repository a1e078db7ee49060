using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>A breaker with its clock and settings, and what tests do to it. Breaks have no jitter unless it is set.</summary>
internal sealed class BreakerSubject
{
    private readonly FixedRandom _random = new();

    public BreakerSubject() => Breaker = new Breaker(Time, _random, new OutcomeRecord(Time));

    public FakeTime Time { get; } = new();

    public CircuitBreakerOptions Options { get; set; } = new();

    public Breaker Breaker { get; }

    public bool OthersServe { get; set; } = true;

    public double Jitter
    {
        get => _random.Value;
        set => _random.Value = value;
    }

    public Admission Enter() => Breaker.TryEnter(Options);

    public BreakerChange Report(Admission admission, Verdict verdict, bool connect = false) =>
        Breaker.Report(Options, admission, new Outcome(verdict, IsError: verdict == Verdict.Failure, IsConnectFailure: connect), OthersServe);

    /// <summary>A request from beginning to end; it goes there even if it is refused.</summary>
    public BreakerChange Send(Verdict verdict, bool connect = false) => Report(Enter(), verdict, connect);

    /// <summary>Requests in turn, S for success, F for failure, N for neutral; returns how many it took to open it, 0 if they did not.</summary>
    public int SendUntilOpen(string verdicts)
    {
        for (var i = 0; i < verdicts.Length; i++)
        {
            var change = Send(verdicts[i] switch { 'S' => Verdict.Success, 'F' => Verdict.Failure, _ => Verdict.Neutral });
            if (change == BreakerChange.Opened)
            {
                return i + 1;
            }

            change.ShouldBe(BreakerChange.None);
        }

        return 0;
    }

    public void Open(bool connect = false)
    {
        for (var i = 1; i < Options.ConsecutiveFailures; i++)
        {
            Send(Verdict.Failure).ShouldBe(BreakerChange.None);
        }

        Send(Verdict.Failure, connect).ShouldBe(BreakerChange.Opened);
    }

    /// <summary>Waits until a trial may be claimed, and claims it.</summary>
    public Admission EnterTrial()
    {
        Time.Advance(Breaker.TimeToTrial);
        Enter().ShouldBe(Admission.Trial);
        return Admission.Trial;
    }

    public void Reopen(bool connect = false) => Report(EnterTrial(), Verdict.Failure, connect).ShouldBe(BreakerChange.Reopened);

    public void Close() => Report(EnterTrial(), Verdict.Success).ShouldBe(BreakerChange.Closed);

    private sealed class FixedRandom : Random
    {
        public double Value { get; set; }

        public override double NextDouble() => Value;
    }
}
