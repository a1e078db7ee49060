using ApiAmbassador.Observability;

namespace ApiAmbassador.Resilience;

/// <summary>
/// What may be tried again. Pure: what happened and what kind of request it happened to, against what the route allows. Whether there
/// is time, budget and another destination is asked elsewhere, and only after this.
/// </summary>
internal static class RetryRule
{
    /// <summary>Whether another attempt is allowed.</summary>
    /// <param name="on">The failures that the route tries again.</param>
    /// <param name="request">The request.</param>
    /// <param name="failure">What went wrong; null where the destination answered.</param>
    /// <param name="status">What it answered.</param>
    public static bool Allows(RetryOn on, RequestTraits request, Failure? failure, int status)
    {
        // Nothing was sent, so nothing can happen twice: any method, any body, and a retry of somebody else's as well.
        if (failure is { NothingSent: true })
        {
            return on.ConnectFailure;
        }

        if (!request.IsRepeatable || request.IsRetryAlready)
        {
            return false;
        }

        return failure is { } failed ? Allows(on, failed) : on.Status(status);
    }

    private static bool Allows(RetryOn on, Failure failure) => failure switch
    {
        { IsAttemptTimeout: true } => on.AttemptTimeout,
        { RefusedStream: true } => on.RefusedStream,
        // The caller's own fault, or an answer that we refuse to carry: the next instance would say the same.
        { Verdict: Verdict.Neutral, IsKeepAliveRace: false } => false,
        _ => on.Reset && failure.Reason != Reason.UpstreamTimeout,
    };
}

/// <summary>What a retry depends on in a request.</summary>
/// <param name="IsRepeatable">Doing it twice is as good as once: its method is idempotent, or somebody vouches for it.</param>
/// <param name="IsRetryAlready">It came as somebody's retry: tiers that all retry multiply, so only the first one does.</param>
internal readonly record struct RequestTraits(bool IsRepeatable, bool IsRetryAlready);
