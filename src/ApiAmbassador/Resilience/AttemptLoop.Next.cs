using System.Globalization;
using ApiAmbassador.Observability;
using Microsoft.AspNetCore.Http.Features;
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

    private bool IsRepeatable =>
        route.Retry.NonIdempotent || Idempotency.Of(context.Request);

    /// <summary>
    /// Decides on another attempt, and if so where and when. Yes is final: it has taken a token of the budget, and the response at
    /// hand is given up.
    /// </summary>
    private bool Plans(Failure? failure, TimeSpan? retryAfter)
    {
        if (Number >= route.Retry.MaxAttempts
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
            || !RetryRule.Allows(route.On, new RequestTraits(IsRepeatable, IsRetryAlready()), failure, _status)
            || (_hasBody && _body is not { CanRewind: true } && failure is not { NothingSent: true }))
        {
            return false;
        }

        (_tried ??= []).AddRange(_destination is { } tried ? [tried] : []);
        var candidates = NextCandidates();
        if (candidates.Destinations.Count == 0 || PauseBefore(candidates, failure, retryAfter) is not { } pause || !HasTimeFor(pause))
        {
            return false;
        }

        if (!_state.Budget.TryWithdraw(cluster.RetryBudget, services.Time.GetTimestamp()))
        {
            services.Metrics.RetryDenied(cluster.Config.ClusterId);
            return false;
        }

        (_candidates, Pause) = (candidates, pause);
        return _again = true;
    }

    private bool IsRetryAlready() =>
        context.Request.Headers.TryGetValue(AttemptNumberTransform.Header, out var text)
        && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1);

    /// <summary>Null: the only instance wants us to wait longer than anybody here would.</summary>
    private TimeSpan? PauseBefore(CandidateChoice candidates, Failure? failure, TimeSpan? retryAfter)
    {
        var elsewhere = candidates.Kind == CandidateKind.Fresh;
        return (elsewhere, retryAfter) switch
        {
            (false, { } asked) => asked <= RetryAfterMax ? asked : null,
            (true, not null) => TimeSpan.Zero,
            (true, null) when failure is { NothingSent: true } => TimeSpan.Zero,
            (_, null) when failure is { KeepAliveRace: true } => TimeSpan.Zero,
            _ => Backoff.FullJitter(Number, route.Retry.BackoffBase, route.Retry.BackoffMax, services.Random.NextDouble()),
        };
    }

    private bool HasTimeFor(TimeSpan pause) => _deadline == 0 || TimeLeft() > pause;

    private TimeSpan TimeLeft() => services.Time.GetElapsedTime(services.Time.GetTimestamp(), _deadline);

    /// <summary>
    /// Those that balancing may choose from at first: what affinity left. Where that one is out and affinity does not insist, all.
    /// </summary>
    private CandidateChoice FirstCandidates()
    {
        // At the first attempt the list is still what affinity left of it; before a new pick, what balancing did.
        var available = _affinity ?? Everybody();
        if (!_state.HasOpen && cluster.Limits.MaxConcurrentRequestsPerDestination is null)
        {
            return new CandidateChoice(CandidateKind.Fresh, available);
        }

        var choice = Choose(available);
        return choice.Kind == CandidateKind.Fresh || _affinity is null || InsistsOnAffinity ? choice : Choose(Everybody());
    }

    /// <summary>Those of a further attempt: the destinations as they are now, not as they were when the request came.</summary>
    private CandidateChoice NextCandidates() => Choose(_affinity is not null && InsistsOnAffinity ? _affinity : Everybody());

    private CandidateChoice Choose(IReadOnlyList<DestinationState> available) =>
        CandidateChoice.Of(available, _tried ?? (IReadOnlyList<DestinationState>)[], _state, cluster.Limits);

    private IReadOnlyList<DestinationState> Everybody() => _proxy.Route.Cluster!.DestinationsState.AvailableDestinations;

    /// <summary>
    /// Whether a session's own destination or none is to answer. Otherwise a request goes elsewhere for once, and its session keeps
    /// its place.
    /// </summary>
    private bool InsistsOnAffinity => cluster.Config.SessionAffinity?.FailurePolicy == "Return503Error";

    /// <summary>
    /// A body is kept where the route may need it again, and one that nobody keeps is at least watched where an attempt may time out
    /// before a byte of it was sent.
    /// </summary>
    private void PrepareBody()
    {
        _hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (!_hasBody || route.Retry.MaxAttempts == 1)
        {
            return;
        }

        var length = context.Request.ContentLength;
        var bytesMax = IsRepeatable && !(length > route.Retry.BodyBytesMax) ? route.Retry.BodyBytesMax : 0;
        if (bytesMax > 0 || route.Retry.PerAttemptTimeout is not null)
        {
            context.Request.Body = _body = new ReplayBody(context.Request.Body, length, bytesMax, services.Memory);
        }
    }

    private void PrepareDeadline()
    {
        var limit = route.Retry.TotalTimeout;
        if (GrpcTimeout.Of(context.Request) is { } grpc && !(grpc > limit))
        {
            (limit, _isCallersDeadline) = (grpc, true);
        }

        if (limit is { } time)
        {
            _deadline = services.Time.GetTimestamp() + (long)(time.TotalSeconds * services.Time.TimestampFrequency);
        }
    }

    private void StartTimeout()
    {
        if ((_deadline, route.Retry.PerAttemptTimeout) is not (0, null))
        {
            var left = _deadline == 0 ? TimeSpan.MaxValue : TimeLeft();
            _isLastMoment = !(route.Retry.PerAttemptTimeout < left);
            var limit = _isLastMoment ? left : route.Retry.PerAttemptTimeout!.Value;
            Timeout = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.FromTicks(1), services.Time);
        }
    }

    /// <summary>What went wrong, with what only we know: whose time ran out, and whether a byte of the body had been touched.</summary>
    private Failure? Judge(IForwarderErrorFeature error)
    {
        var failure = Timeout is { IsCancellationRequested: true } && _status == 0 && !context.RequestAborted.IsCancellationRequested
            ? TimedOut()
            : FailureResponseMiddleware.Judge(context, error);

        // A request whose body nobody has touched has not left us: headers go with the body's first bytes. Except to whoever waits for a
        // 100 Continue: that destination has the headers, and may have acted on them.
        return _body is { IsUntouched: true } && failure is { Reason: not null, Phase: Phase.Send or Phase.Headers } && !context.Request.Headers.ContainsKey("Expect")
            ? failure.Value with { NothingSent = true }
            : failure;
    }

    /// <summary>A deadline that the caller brought, or what earlier attempts left of ours, says nothing about this destination.</summary>
    private Failure TimedOut() => new(
        Reason.UpstreamTimeout,
        Phase.Headers,
        _isLastMoment && (_isCallersDeadline || Number > 1) ? Verdict.Neutral : Verdict.Failure,
        AttemptTimeout: true);

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Retry-After", out var values)
            ? Backoff.RetryAfter(values.ToString(), services.Time.GetUtcNow())
            : null;
}
