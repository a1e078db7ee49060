using System.Diagnostics.CodeAnalysis;
using ApiAmbassador.Observability;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>
/// The attempts of one request:
/// <code>
/// attempt { candidates → pick (Balancing) → admit (breaker, limit) → forward → judge } → tried again? → pause → attempt …
/// </code>
/// It wraps the pick, so that a retry does not meet the same sick host. When nothing fails it costs this object and one state machine: what only
/// some requests need is in <see cref="Extras"/>, and Polly comes in with the first retry.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "RunAsync gives back what an attempt held at the attempt's end, and the body at the request's.")]
internal sealed partial class AttemptLoop(HttpContext context, IReverseProxyFeature proxy, AttemptPlan plan)
{
    private Extras? _extras;
    private byte _number;

    // Of the attempt under way.
    private DestinationResilience? _destination;
    private Admission _admission;
    private bool _hasSlot;
    private bool _isReported;
    private bool _isTurnedAway;
    private bool _isSlow;
    private short _status;

    /// <summary>When it began, as a timestamp; its complement while headers are not waited for. One word for both, as every request pays for it.</summary>
    private long _waitsSince;

    /// <summary>Whether another attempt has been decided on.</summary>
    private bool _again;

    /// <summary>The number of the attempt under way, from 1.</summary>
    public int Number => _number;

    /// <summary>When the attempt under way began, as a timestamp.</summary>
    public long BeganAt => IsWaiting ? _waitsSince : ~_waitsSince;

    /// <summary>Ends the attempt under way if no headers come; null where it has all the time.</summary>
    public CancellationTokenSource? Timeout => _extras?.Timeout;

    /// <summary>The pause before the next attempt.</summary>
    public TimeSpan Pause => More.Pause;

    /// <summary>The last attempt, if it failed.</summary>
    public FailedAttempt? LastFailure => _extras?.LastFailure;

    /// <summary>The attempts that were tried again, in order, each as <c>destination:cause</c>; null where none was.</summary>
    public string? Retried => _extras?.Retried;

    private bool IsWaiting => _waitsSince >= 0;

    private Extras More => _extras ??= new Extras();

    /// <summary>Runs it.</summary>
    public Task RunAsync()
    {
        var now = plan.Services.Time.GetTimestamp();
        _waitsSince = ~now;
        plan.Traffic.Count(now);
        plan.State.Budget.Deposit(plan.Cluster.RetryBudget, now);
        PrepareBody();
        PrepareDeadline();
        PrepareCandidates();
        if (context.Response.Headers.Count > 0)
        {
            More.OuterHeaders = [.. context.Response.Headers];
        }

        return AttemptAsync(isFirst: true);
    }

    /// <summary>Whether the picked destination takes the attempt. Otherwise the loop picks again.</summary>
    public bool Admits()
    {
        if (proxy.AvailableDestinations is not [var picked, ..])
        {
            return true; // YARP says that there is none.
        }

        _destination = plan.State.Of(picked);
        (_hasSlot, _isReported, _isSlow) = (false, false, false);
        if (!TakesShare())
        {
            More.Tried.Add(picked);
            More.Shunned++;
            _isTurnedAway = true;
            Leave();
            return false;
        }

        _admission = _destination.Breaker.TryEnter(plan.Cluster.CircuitBreaker);
        if ((_admission == Admission.Refused && _extras?.Candidates?.Kind != CandidateKind.LastResort)
            || (plan.Cluster.Limits.MaxConcurrentRequestsPerDestination is not null && !(_hasSlot = plan.State.Limit.TryTakeSlot(_destination.Slots))))
        {
            if (_admission == Admission.Refused && !plan.State.HasOpen)
            {
                plan.State.Refresh(); // It opened this moment. Until that is known we would pick it again and again, on a thread that serves others.
            }

            _isTurnedAway = true;
            Leave();
            return false;
        }

        if (_extras is { Shunned: > 0 and var shunned })
        {
            // For a further attempt they are as good as any.
            More.Tried.RemoveRange(More.Tried.Count - shunned, shunned);
            More.Shunned = 0;
        }

        _destination.Traffic.Count(BeganAt);
        _destination.Latency.Begin();
        _waitsSince = BeganAt;
        return true;
    }

    /// <summary>Looks at a response's headers. True: this is not the answer, its body is left out and there will be another attempt.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="retryAfterText">The <c>Retry-After</c> of an error.</param>
    /// <exception cref="OperationCanceledException">The attempt's time is over.</exception>
    public bool OnHeaders(int status, string? retryAfterText)
    {
        if (Timeout is { } timeout)
        {
            timeout.CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);

            // On a busy machine headers come in the very moment in which the time is over. That is too late: YARP would cut what follows them.
            timeout.Token.ThrowIfCancellationRequested();
        }

        _status = (short)status;

        // What headers tell for good is told now: a breaker on trial need not wait for the end of a long download, and an error may be given up for another attempt.
        var verdict = _status is 502 or 503 or 504 ? Verdict.Failure : Verdict.Success;
        var retryAfter = retryAfterText is null ? (TimeSpan?)null : Backoff.RetryAfter(retryAfterText, plan.Services.Time.GetUtcNow());
        StopWaiting(verdict);
        if (verdict == Verdict.Failure || _status >= 500 || _admission == Admission.Trial)
        {
            Report(verdict, failure: null, retryAfter);
        }

        if (_status >= 400 && Plans(failure: null, retryAfter))
        {
            return true;
        }

        _extras?.Body?.Release(requestEnded: false);
        return false;
    }

    private async Task AttemptAsync(bool isFirst)
    {
        try
        {
            // Another round where the pick was turned away: somebody else took the last place, or the trial.
            while (Begins())
            {
                await plan.Next(context);
                if (Ends())
                {
                    break;
                }
            }

            if (isFirst && _again)
            {
                await RetryAsync();
            }
        }
        finally
        {
            Leave();
            if (isFirst)
            {
                _extras?.Body?.Release(requestEnded: true);
            }
        }
    }

    /// <summary>Makes everything ready for an attempt; false where nobody can be asked.</summary>
    private bool Begins()
    {
        if (_isTurnedAway)
        {
            _isTurnedAway = false;
            More.Candidates = Number == 1 ? FirstCandidates(plan.Cluster.Limits.MaxConcurrentRequestsPerDestination) : NextCandidates();
        }
        else if (++_number > 1)
        {
            _waitsSince = ~plan.Services.Time.GetTimestamp();
        }

        if (_again)
        {
            _again = false;
            Clear();
        }

        if (_extras?.Candidates is { } candidates)
        {
            if (candidates.Kind is CandidateKind.Full or CandidateKind.Refusing)
            {
                context.Features.Set(candidates.Kind == CandidateKind.Full
                    ? new Refusal(Reason.Overflow, TimeSpan.FromSeconds(1))
                    : new Refusal(Reason.CircuitOpen, plan.State.TimeToTrial));
                return false;
            }

            proxy.AvailableDestinations = candidates.Destinations;
        }

        StartTimeout();
        return true;
    }

    /// <summary>Forgets the attempt before: what it wrote into the response goes, what outer steps had written comes back.</summary>
    private void Clear()
    {
        context.Response.Clear();
        foreach (var (name, value) in More.OuterHeaders)
        {
            context.Response.Headers[name] = value;
        }

        context.Features.Set<IForwarderErrorFeature>(null);
        proxy.ProxiedDestination = null;
        _status = 0;
        More.Body?.Rewind();
    }

    /// <summary>What only some requests need: a body to send again, a time limit, a choice of destinations, another attempt.</summary>
    private sealed class Extras
    {
        public CandidateChoice? Candidates { get; set; }

        /// <summary>Attempts at instances that refused the connection.</summary>
        public int Refused { get; set; }

        public DestinationState? Affinity { get; set; }

        public KeyValuePair<string, StringValues>[] OuterHeaders { get; set; } = [];

        public ReplayBody? Body { get; set; }

        /// <summary>A timestamp, or 0.</summary>
        public long Deadline { get; set; }

        public bool IsCallersDeadline { get; set; }

        public CancellationTokenSource? Timeout { get; set; }

        /// <summary>Whether the attempt's time is what is left of the request's.</summary>
        public bool IsLastMoment { get; set; }

        public List<DestinationState> Tried { get; } = [];

        /// <summary>How many of those, the last ones, were not tried but passed over as they are warming up.</summary>
        public int Shunned { get; set; }

        public TimeSpan Pause { get; set; }

        public FailedAttempt? LastFailure { get; set; }

        public string? Retried { get; set; }

        /// <summary>What the last attempt that was judged said.</summary>
        public Verdict LastVerdict { get; set; }
    }
}
