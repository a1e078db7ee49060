using System.Diagnostics.CodeAnalysis;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using Microsoft.Extensions.Primitives;
using Polly;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>
/// The attempts of one request:
/// <code>
/// attempt { candidates → pick (Balancing) → admit (breaker, limit) → forward (YARP) → judge } → tried again? → pause → attempt …
/// </code>
/// It wraps the pick, so that a retry does not meet the same sick host. When nothing fails it costs this object and no more: Polly comes in
/// with the first retry.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "RunAsync gives back what an attempt held at the attempt's end, and the body at the request's.")]
internal sealed partial class AttemptLoop(
    HttpContext context, RequestDelegate next, AttemptServices services, RouteSnapshot route, ClusterSnapshot cluster)
{
    private readonly IReverseProxyFeature _proxy = context.GetReverseProxyFeature();
    private ClusterResilience _state = null!;
    private KeyValuePair<string, StringValues>[]? _outerHeaders;
    private ReplayBody? _body;
    private DestinationState? _affinity;
    private bool _hasBody;
    private long _deadline;
    private bool _isCallersDeadline;

    // Of the attempt under way.
    private CandidateChoice _candidates;
    private DestinationState? _destination;
    private DestinationResilience? _known;
    private Admission _admission;
    private bool _hasSlot;
    private bool _isReported;
    private bool _isTurnedAway;
    private bool _isLastMoment;
    private int _status;

    // Of the next one.
    private bool _again;
    private List<DestinationState>? _tried;

    /// <summary>The number of the attempt under way, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Ends the attempt under way if no headers come; null where it has all the time.</summary>
    public CancellationTokenSource? Timeout { get; private set; }

    /// <summary>The pause before the next attempt.</summary>
    public TimeSpan Pause { get; private set; }

    /// <summary>The last attempt that failed, or null.</summary>
    public FailedAttempt? LastFailure { get; private set; }

    /// <summary>Runs it.</summary>
    public Task RunAsync()
    {
        _state = services.States.Of(_proxy.Route.Cluster!);
        _state.Budget.Deposit(cluster.RetryBudget, services.Time.GetTimestamp());
        PrepareBody();
        PrepareDeadline();
        if (context.Response.Headers.Count > 0)
        {
            _outerHeaders = [.. context.Response.Headers];
        }

        _affinity = _proxy.AvailableDestinations as DestinationState;
        _candidates = FirstCandidates();
        return AttemptAsync(isFirst: true);
    }

    private async Task AttemptAsync(bool isFirst)
    {
        try
        {
            // Another round where the pick was turned away: somebody else took the last place, or the trial.
            while (Begins())
            {
                await next(context);
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
                _body?.Release(requestEnded: true);
            }
        }
    }

    private async Task RetryAsync()
    {
        var polly = ResilienceContextPool.Shared.Get(context.RequestAborted);
        polly.Properties.Set(AttemptServices.LoopKey, this);
        var isKnown = true;
        try
        {
            await services.Retry.ExecuteAsync(
                async (_, loop) =>
                {
                    // Polly's first execution is the attempt that has failed already.
                    if (!isKnown)
                    {
                        await loop.AttemptAsync(isFirst: false);
                    }

                    isKnown = false;
                    return loop._again;
                },
                polly,
                this);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left in the pause. There is nobody to tell and nothing to blame on anybody.
            context.Features.Set<IForwarderErrorFeature>(null);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(polly);
        }
    }

    /// <summary>Makes everything ready for an attempt; false where nobody can be asked.</summary>
    private bool Begins()
    {
        if (_isTurnedAway)
        {
            _isTurnedAway = false;
            _candidates = Number == 1 ? FirstCandidates() : NextCandidates();
        }
        else
        {
            Number++;
        }

        if (_again)
        {
            _again = false;
            Clear();
        }

        if (_candidates.Kind is CandidateKind.Full or CandidateKind.Refusing)
        {
            context.Features.Set(_candidates.Kind == CandidateKind.Full
                ? new Refusal(Reason.Overflow, TimeSpan.FromSeconds(1))
                : new Refusal(Reason.CircuitOpen, _state.TimeToTrial));
            return false;
        }

        _proxy.AvailableDestinations = _candidates.Destinations;
        StartTimeout();
        return true;
    }

    /// <summary>Forgets the attempt before: what it wrote into the response goes, what outer steps had written comes back.</summary>
    private void Clear()
    {
        context.Response.Clear();
        foreach (var (name, value) in _outerHeaders ?? [])
        {
            context.Response.Headers[name] = value;
        }

        context.Features.Set<IForwarderErrorFeature>(null);
        _proxy.ProxiedDestination = null;
        _status = 0;
        _body?.Rewind();
    }

    /// <summary>Whether the picked destination takes the attempt. Otherwise the loop picks again.</summary>
    public bool Admits()
    {
        if (_proxy.AvailableDestinations is not [var picked, ..])
        {
            return true; // YARP says that there is none.
        }

        (_destination, _known) = (picked, _state.Of(picked));
        (_hasSlot, _isReported) = (false, false);
        _admission = _known.Breaker.TryEnter(cluster.CircuitBreaker);
        if ((_admission == Admission.Refused && _candidates.Kind != CandidateKind.LastResort)
            || (cluster.Limits.MaxConcurrentRequestsPerDestination is not null && !(_hasSlot = _state.Limit.TryTakeSlot(_known.Slots))))
        {
            Leave();
            _isTurnedAway = true;
            return false;
        }

        return true;
    }

    /// <summary>Looks at a response's headers. True: this is not the answer, its body is left out and there will be another attempt.</summary>
    public bool OnHeaders(HttpResponseMessage response)
    {
        Timeout?.CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);
        _status = (int)response.StatusCode;

        // What headers tell for good is told now: a breaker on trial need not wait for the end of a long download.
        var verdict = _status is 502 or 503 or 504 ? Verdict.Failure : Verdict.Success;
        if (verdict == Verdict.Failure || _admission == Admission.Trial)
        {
            Report(verdict, failure: null);
        }

        if (_status >= 400 && Plans(failure: null, RetryAfterOf(response)))
        {
            return true;
        }

        _body?.Release(requestEnded: false);
        return false;
    }

    /// <summary>Judges the attempt; false where it was turned away before it began.</summary>
    private bool Ends()
    {
        if (_isTurnedAway)
        {
            return false;
        }

        var error = context.Features.Get<IForwarderErrorFeature>();
        var failure = error is null ? null : Judge(error);
        if (failure is null && !_again)
        {
            Report(_status == 0 ? Verdict.Neutral : Verdict.Success, failure: null);
            return true;
        }

        // Without a failure it is the answer itself that is given up, and its verdict is told already.
        Report(failure?.Verdict ?? Verdict.Neutral, failure);
        if (failure is { Reason: null })
        {
            return true; // The client left.
        }

        LastFailure = new FailedAttempt(Number, _destination?.DestinationId, failure?.Phase ?? Phase.Headers, failure?.Reason, _status);
        LeaveSlot();
        if (_again || Plans(failure, retryAfter: null))
        {
            services.Metrics.Retried(LastFailure.Cause, cluster.Config.ClusterId);
            RequestSpan.Retried(context, LastFailure);
            LogRetried(
                services.Logger, context.Request.Method, context.Request.Path.ToUriComponent(), Number, cluster.Config.ClusterId,
                LastFailure.Destination ?? "-", LastFailure.Cause, LastFailure.Phase, Pause.TotalMilliseconds);
        }

        return true;
    }

    /// <summary>Gives back what the attempt holds. Told nothing better, its breaker hears nothing.</summary>
    private void Leave()
    {
        Timeout?.Dispose();
        Timeout = null;
        if (_known is not null)
        {
            Report(Verdict.Neutral, failure: null);
            LeaveSlot();
            (_destination, _known) = (null, null);
        }
    }

    private void LeaveSlot()
    {
        if (_hasSlot)
        {
            _hasSlot = false;
            _state.Limit.ReleaseSlot(_known!.Slots);
        }
    }

    private void Report(Verdict verdict, Failure? failure)
    {
        if (_known is { } known && !_isReported)
        {
            _isReported = true;
            _state.Report(_destination!, known, cluster.CircuitBreaker, _admission, verdict, failure);
        }
    }
}
