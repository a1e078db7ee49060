using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Resilience;

/// <summary>How an attempt ends: what is learned from it, and that it gives back what it held.</summary>
internal sealed partial class AttemptLoop
{
    /// <summary>Judges the attempt; false where it was turned away before it began.</summary>
    private bool Ends()
    {
        if (_isTurnedAway)
        {
            return false;
        }

        var error = context.Find<IForwarderErrorFeature>();
        var failure = error is null ? null : Judge(error);
        if (failure is null && !_again)
        {
            Report(_status == 0 ? Verdict.Neutral : Verdict.Success, failure: null);
            _extras?.LastFailure = null;
            return true;
        }

        // Without a failure it is the answer itself that is given up, and its verdict is told already.
        Report(failure?.Verdict ?? Verdict.Neutral, failure);
        LeaveSlot();
        More.LastFailure = failure is { Reason: null }
            ? null // The client left.
            : new FailedAttempt(Number, _destination?.State.DestinationId, failure?.Phase ?? Phase.Headers, failure?.Reason, _status);
        if (LastFailure is { } told && (_again || Plans(failure, retryAfter: null)))
        {
            plan.State.Counts.Retries.Add(told.Cause);
            RequestSpan.Retried(context, told);
            More.Retried = $"{More.Retried}{(More.Retried is null ? "" : ",")}{told.Destination ?? "-"}:{told.Cause}";
        }

        return true;
    }

    /// <summary>Gives back what the attempt holds. Told nothing better, its breaker hears nothing.</summary>
    private void Leave()
    {
        if (_extras?.Timeout is { } timeout)
        {
            timeout.Dispose();
            _extras.Timeout = null;
        }

        if (_destination is not null)
        {
            Report(Verdict.Neutral, failure: null);
            LeaveSlot();
            _destination = null;
        }
    }

    private void LeaveSlot()
    {
        if (_hasSlot)
        {
            _hasSlot = false;
            plan.State.Limit.ReleaseSlot(_destination!.Slots);
        }
    }

    private void Report(Verdict verdict, Failure? failure, TimeSpan? retryAfter = null)
    {
        StopWaiting(verdict);
        if (_destination is { } destination && !_isReported)
        {
            _isReported = true;
            if (verdict == Verdict.Failure)
            {
                var now = plan.Services.Time.GetTimestamp();
                destination.Traffic.CountFailure(now);
                destination.Latency.Failed(BeganAt, now, plan.State.LatencyOfOthers(destination), retryAfter);
            }

            if (!_isTurnedAway)
            {
                destination.Counts.Add(verdict, verdict == Verdict.Success ? "" : Cause(failure));
                _extras?.LastVerdict = verdict;
            }

            plan.State.Report(
                destination,
                plan.Cluster,
                _admission,
                new Outcome(verdict, IsError: verdict == Verdict.Failure || _status >= 500, _isSlow, IsConnectFailure: failure is { NothingSent: true }),
                failure);
        }
    }

    /// <summary>Headers have come, or will not come. A failure's time says nothing, as it may be short; <see cref="Report"/> tells of it.</summary>
    private void StopWaiting(Verdict verdict)
    {
        if (!IsWaiting)
        {
            return;
        }

        var (latency, beganAt) = (_destination!.Latency, _waitsSince);
        _waitsSince = ~beganAt;
        latency.End();
        var now = plan.Services.Time.GetTimestamp();
        plan.State.Times.Attempt(plan.Services.Time.GetElapsedTime(beganAt, now));
        if (verdict != Verdict.Failure)
        {
            var others = latency.IsKnown ? 0 : plan.State.LatencyOfOthers(_destination);
            latency.Learn(beganAt, now, hasAnswered: verdict == Verdict.Success, others);
            _isSlow = plan.Services.Time.GetElapsedTime(beganAt, now).TotalSeconds >= plan.State.SlowFrom(plan.Cluster.Outlier, now);
        }
    }

    /// <summary>Why an attempt was no success, in one word: the reason, or the status of its answer.</summary>
    private string Cause(Failure? failure) => failure switch
    {
        { Reason: { } reason } => reason.Name,
        { Reason: null } => "client_left",
        null => _status == 0 ? "unfinished" : _status.ToString(),
    };
}
