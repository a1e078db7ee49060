using System.Runtime.InteropServices;

namespace ApiAmbassador.Resilience;

/// <summary>How an attempt went, as its destination's record takes it.</summary>
/// <param name="Verdict">What it says about the destination.</param>
/// <param name="IsError">Whether the answer was any 5xx, or there was none. Of the destination it says something only beside what the others answer.</param>
/// <param name="IsSlow">Whether the answer's headers took far longer than the others' do.</param>
/// <param name="IsConnectFailure">Whether no connection could be made.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Outcome(Verdict Verdict, bool IsError = false, bool IsSlow = false, bool IsConnectFailure = false);

/// <summary>What a record holds of the last while.</summary>
/// <param name="Requests">Attempts that said something.</param>
/// <param name="Failures">Those of them that failed.</param>
/// <param name="Errors">Those that were errors, failures among them.</param>
/// <param name="Slow">Those that were slow.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OutcomeTotals(long Requests, long Failures, long Errors, long Slow);

/// <summary>
/// What a destination did lately: one record, from which its breaker opens and by which it is compared with the others. Safe for all threads; what
/// goes well costs one increment.
/// </summary>
internal sealed class OutcomeRecord(TimeProvider time)
{
    /// <summary>Successes and failures.</summary>
    private readonly RollingCounts _verdicts = new(time);

    /// <summary>Errors that are no failures, and slow answers.</summary>
    private readonly RollingCounts _doubts = new(time);
    private long _consecutiveFailures;
    private long _consecutiveErrors;

    /// <summary>Failures since the last success.</summary>
    public long ConsecutiveFailures => Volatile.Read(ref _consecutiveFailures);

    /// <summary>Errors since the last answer that was none.</summary>
    public long ConsecutiveErrors => Volatile.Read(ref _consecutiveErrors);

    /// <summary>Takes an outcome; a neutral one feeds nothing.</summary>
    /// <param name="outcome">How it went.</param>
    /// <param name="window">The stretch of time that totals look at.</param>
    /// <param name="now">A timestamp of the clock.</param>
    public void Add(in Outcome outcome, TimeSpan window, long now)
    {
        switch (outcome.Verdict)
        {
            case Verdict.Success:
                Reset(ref _consecutiveFailures);
                _verdicts.AddFirst(window, now);
                break;
            case Verdict.Failure:
                Interlocked.Increment(ref _consecutiveFailures);
                _verdicts.AddSecond(window, now);
                break;
            default:
                return;
        }

        if (!outcome.IsError)
        {
            Reset(ref _consecutiveErrors);
        }
        else
        {
            Interlocked.Increment(ref _consecutiveErrors);
            if (outcome.Verdict == Verdict.Success)
            {
                _doubts.AddFirst(window, now);
            }
        }

        if (outcome.IsSlow)
        {
            _doubts.AddSecond(window, now);
        }
    }

    /// <summary>The outcomes of the window that ends now.</summary>
    /// <inheritdoc cref="Add"/>
    public OutcomeTotals Totals(TimeSpan window, long now)
    {
        var (successes, failures) = _verdicts.Totals(window, now);
        var (errors, slow) = _doubts.Totals(window, now);
        return new(successes + failures, failures, failures + errors, slow);
    }

    /// <summary>Forgets everything: who comes back is judged by what it does from then on.</summary>
    public void Clear()
    {
        _verdicts.Clear();
        _doubts.Clear();
        Volatile.Write(ref _consecutiveFailures, 0);
        Volatile.Write(ref _consecutiveErrors, 0);
    }

    /// <summary>Looked at first: a write would take the line from the other processors for nothing.</summary>
    private static void Reset(ref long count)
    {
        if (Volatile.Read(ref count) != 0)
        {
            Volatile.Write(ref count, 0);
        }
    }
}
