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
        switch (failure)
        {
            // Nothing was sent, so nothing can happen twice: any method, any body, and a retry of somebody else's as well.
            case { NothingSent: true }:
                return on.ConnectFailure;
            case var _ when !request.IsRepeatable || request.IsRetryAlready:
                return false;
            case null:
                return on.Status(status);
            case { AttemptTimeout: true }:
                return on.AttemptTimeout;
            case { RefusedStream: true }:
                return on.RefusedStream;
            case { KeepAliveRace: true }:
                return on.Reset;

            // The caller's own fault, or an answer that we refuse to carry: the next instance would say the same. And whoever took all the time
            // that YARP gives (ActivityTimeout) has left none.
            case { Verdict: Verdict.Neutral } or { Reason.Status: StatusCodes.Status504GatewayTimeout }:
                return false;
            default:
                return on.Reset;
        }
    }
}

/// <summary>What a retry depends on in a request.</summary>
/// <param name="IsRepeatable">Doing it twice is as good as once: its method is idempotent, or somebody vouches for it.</param>
/// <param name="IsRetryAlready">It came as somebody's retry: tiers that all retry multiply, so only the first one does.</param>
internal readonly record struct RequestTraits(bool IsRepeatable, bool IsRetryAlready);
