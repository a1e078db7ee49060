using System.Globalization;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using Polly;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>Whether there is a next attempt, where it may go and how long it may take.</summary>
internal sealed partial class AttemptLoop
{
    /// <summary>
    /// The longest <c>Retry-After</c> that is waited for where there is no other instance. Whoever is told more by its only instance
    /// hears it from us at once.
    /// </summary>
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(5);

    private bool IsRepeatable => plan.Route.Retry.NonIdempotent || Idempotency.Of(context.Request);

    /// <summary>
    /// Whether a session's own destination or none is to answer. Otherwise a request goes elsewhere for once, and its session keeps
    /// its place.
    /// </summary>
    private bool InsistsOnAffinity => plan.Cluster.Config.SessionAffinity?.FailurePolicy == "Return503Error";

    private async Task RetryAsync()
    {
        var polly = ResilienceContextPool.Shared.Get(context.RequestAborted);
        polly.Properties.Set(AttemptServices.LoopKey, this);
        var isKnown = true;
        try
        {
            await plan.Services.Retry.ExecuteAsync(
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
            // The client left in the pause. There is nobody to tell, and nothing to blame on anybody.
            context.Features.Set<IForwarderErrorFeature>(null);
        }
        finally
        {
            plan.State.Counts.Retried[(int)More.LastVerdict].Add();
            ResilienceContextPool.Shared.Return(polly);
        }
    }

    /// <summary>
    /// Decides on another attempt, and if so where and when. Yes is final: it has taken a token of the budget, and the response at
    /// hand is given up.
    /// </summary>
    private bool Plans(Failure? failure, TimeSpan? retryAfter)
    {
        // The keep-alive race is between us and the destination; it was never an attempt that anybody counted.
        var attemptsMax = failure is { KeepAliveRace: true } ? Math.Max(2, plan.Route.Retry.MaxAttempts) : plan.Route.Retry.MaxAttempts;
        if (attemptsMax == 1
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
            || !RetryRule.Allows(plan.Route.On, new RequestTraits(IsRepeatable, IsRetryAlready()), failure, _status)
            || (context.HasBody() && _extras?.Body is not { CanRewind: true } && failure is not { NothingSent: true }))
        {
            return false;
        }

        More.Tried.AddRange(_destination is { } tried ? [tried.State] : []);
        More.Refused += failure?.Reason == Reason.ConnectionRefused ? 1 : 0;
        var candidates = NextCandidates();
        if (!HasAttemptsLeft(candidates, attemptsMax) || candidates.Destinations.Count == 0 || PauseBefore(candidates, failure, retryAfter) is not { } pause || !HasTimeFor(pause))
        {
            return false;
        }

        if (!plan.State.Budget.TryWithdraw(plan.Cluster.RetryBudget, plan.Services.Time.GetTimestamp()))
        {
            plan.State.Counts.DeniedRetries.Add();
            return false;
        }

        (More.Candidates, More.Pause) = (candidates, pause);
        return _again = true;
    }

    /// <summary>
    /// Instances that refuse the connection do not count as long as there is one that was not asked yet: of five that were one service a second ago
    /// four may have ended, and nothing but the fifth helps. It costs no time, as refusals come at once.
    /// </summary>
    private bool HasAttemptsLeft(CandidateChoice candidates, int attemptsMax) =>
        candidates.Kind == CandidateKind.Fresh ? Number < RetryOptions.AttemptsMax && Number - More.Refused < attemptsMax : Number < attemptsMax;

    /// <summary>Whether somebody before us tries again already. A number that is none counts: whoever sends the header knows of attempts.</summary>
    private bool IsRetryAlready() =>
        context.Request.Headers.TryGetValue(AttemptNumberTransform.Header, out var text)
        && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1);

    /// <summary>
    /// After an error for an answer another instance is asked at once, as by HAProxy and NGINX: a pause would be for the sake of one that is not asked. Who breaks off a request is going,
    /// often together with others, and without a pause all attempts meet that one moment. Null: the only instance wants us to wait longer than anybody here would.
    /// </summary>
    private TimeSpan? PauseBefore(CandidateChoice candidates, Failure? failure, TimeSpan? retryAfter) => retryAfter switch
    {
        _ when candidates.Kind == CandidateKind.Fresh && failure is null or { NothingSent: true } => TimeSpan.Zero,
        _ when failure is { KeepAliveRace: true } => TimeSpan.Zero,
        { } asked => asked <= RetryAfterMax ? asked : null,
        null => Backoff.FullJitter(Number, plan.Route.Retry.BackoffBase, plan.Route.Retry.BackoffMax, plan.Services.Random.NextDouble()),
    };

    private bool HasTimeFor(TimeSpan pause) => More.Deadline == 0 || TimeLeft() > pause;

    private TimeSpan TimeLeft() => plan.Services.Time.GetElapsedTime(plan.Services.Time.GetTimestamp(), More.Deadline);

    /// <summary>As long as nothing is out, balancing chooses among those it would have chosen among without us.</summary>
    private void PrepareCandidates()
    {
        if (plan.Cluster.Config.SessionAffinity is { Enabled: true } && proxy.AvailableDestinations is DestinationState bound)
        {
            More.Affinity = bound;
        }

        if (plan.State.HasOpen || plan.HasPriorities)
        {
            More.Candidates = FirstCandidates(requestsMax: null);
        }
    }

    /// <summary>Those of the first attempt: the session's own; where that one is out and affinity does not insist, all. Who is full is seen when it was picked, and left out of the next pick.</summary>
    private CandidateChoice FirstCandidates(int? requestsMax)
    {
        if (_extras?.Affinity is not { } bound)
        {
            return Choose(Everybody(), requestsMax, isFirst: true);
        }

        var choice = Choose(bound, requestsMax);
        return choice.Kind == CandidateKind.Fresh || InsistsOnAffinity ? choice : Choose(Everybody(), requestsMax, isFirst: true);
    }

    /// <summary>Those of a further attempt: the destinations as they are now, not as they were when the request came.</summary>
    private CandidateChoice NextCandidates() => Choose(
        _extras?.Affinity is not { } bound || !InsistsOnAffinity ? Everybody() : Everybody().Contains(bound) ? bound : [],
        plan.Cluster.Limits.MaxConcurrentRequestsPerDestination);

    private CandidateChoice Choose(IReadOnlyList<DestinationState> available, int? requestsMax, bool isFirst = false)
    {
        var tried = _extras?.Tried ?? (IReadOnlyList<DestinationState>)[];
        if (!plan.HasPriorities || available.Count <= 1)
        {
            return CandidateChoice.Of(available, tried, plan.State, requestsMax);
        }

        // Whom a first attempt goes to is a matter of who can carry how much; who tries again asks the first that are left.
        var groups = plan.State.Priorities.Of(plan.ClusterState.DestinationsState, plan.Snapshot.Ambassador.Zone);
        var first = isFirst ? plan.State.FirstGroup(groups.AsSpan(), plan.Cluster.SlowStart) : 0;
        return CandidateChoice.OfGroups(groups, first, tried, plan.State, requestsMax);
    }

    /// <summary>
    /// Only first attempts are a matter of shares, of sessions only those without a place, and never those whose key has a place: who would be sent elsewhere
    /// for ten seconds finds nothing of his there.
    /// </summary>
    private bool TakesShare() =>
        _destination!.Standing.WarmsSince == 0
        || Number > 1
        || plan.IsKeyed
        || _extras is { Affinity: not null } or { Candidates.Kind: not CandidateKind.Fresh }
        || plan.State.TakesShare(_destination, _extras?.Candidates?.Destinations ?? Everybody(), plan.Cluster.SlowStart);

    private IReadOnlyList<DestinationState> Everybody() => plan.ClusterState.DestinationsState.AvailableDestinations;

    /// <summary>
    /// A body is kept where the route may need it again, and one that nobody keeps is at least watched where an attempt may time out
    /// before a byte of it was sent.
    /// </summary>
    private void PrepareBody()
    {
        var retry = plan.Route.Retry;
        if (retry.MaxAttempts == 1 || !context.HasBody())
        {
            return;
        }

        var length = context.Request.ContentLength;
        var bytesMax = IsRepeatable && !(length > retry.BodyBytesMax) ? retry.BodyBytesMax : 0;
        if (bytesMax > 0 || retry.PerAttemptTimeout is not null)
        {
            context.Request.Body = More.Body = new ReplayBody(context.Request.BodyReader, length, bytesMax, plan.Services.Memory);
        }
    }

    private void PrepareDeadline()
    {
        var limit = plan.Route.Retry.TotalTimeout;
        var grpc = GrpcTimeout.Of(context.Request);
        var isCallers = grpc is not null && !(grpc > limit);
        if ((isCallers ? grpc : limit) is { } time)
        {
            More.IsCallersDeadline = isCallers;
            More.Deadline = plan.Services.Time.GetTimestamp() + plan.Services.Time.ToTimestamp(time);
        }
    }

    private void StartTimeout()
    {
        var limit = plan.Route.Retry.PerAttemptTimeout;
        if (_extras is { Deadline: not 0 })
        {
            var left = TimeLeft();
            More.IsLastMoment = !(limit < left);
            limit = More.IsLastMoment ? left : limit;
        }

        if (limit is { } time)
        {
            More.Timeout = new CancellationTokenSource(time > TimeSpan.Zero ? time : TimeSpan.FromTicks(1), plan.Services.Time);
        }
    }

    /// <summary>What went wrong, with what only we know: whose time ran out, and whether a byte of the body had been touched.</summary>
    public Failure? Judge(IForwarderErrorFeature error)
    {
        var failure = Timeout is { IsCancellationRequested: true } && _status == 0 && !context.RequestAborted.IsCancellationRequested
            ? TimedOut()
            : FailureResponseMiddleware.Judge(context, error);

        // A request whose body nobody has touched has not left us: headers go with the body's first bytes. Except to whoever waits for a
        // 100 Continue: that destination has the headers, and may have acted on them.
        return _extras?.Body is { IsUntouched: true }
            && failure is { Reason: not null, Phase: Phase.Send or Phase.Headers }
            && !context.Request.Headers.ContainsKey("Expect")
                ? failure.Value with { NothingSent = true }
                : failure;
    }

    /// <summary>A deadline that the caller brought, or what earlier attempts left of ours, says nothing about this destination.</summary>
    private Failure TimedOut() => new(
        Reason.UpstreamTimeout,
        Phase.Headers,
        More.IsLastMoment && (More.IsCallersDeadline || Number > 1) ? Verdict.Neutral : Verdict.Failure,
        AttemptTimeout: true);
}
