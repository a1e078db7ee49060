using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Forwarder;
namespace ApiAmbassador.Resilience
{
internal static class Idempotency { public static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "PUT" or "DELETE" or "OPTIONS" or "TRACE"; }
}
namespace ApiAmbassador.Observability
{
    using ApiAmbassador.Resilience;
internal readonly record struct Failure(Reason Reason, Phase Phase, Verdict Verdict)
{
    public bool NothingSent { get; init; } public bool RefusedStream { get; init; } public bool IsKeepAliveRace { get; init; } public bool IsAttemptTimeout { get; init; }
    public static Failure AttemptTimeout(Verdict verdict) => new(Reason.UpstreamTimeout, Phase.Headers, verdict) { IsAttemptTimeout = true };
    public static Failure? Of(ForwarderError error, Exception? exception, bool timedOut, int status) =>
        Reason.Of(error, exception, timedOut ? 504 : status) is not { } reason ? null
        : new(reason, Phase.Headers, error is ForwarderError.RequestBodyClient ? Verdict.Neutral : Verdict.Failure) { NothingSent = reason == Reason.ConnectionRefused || reason == Reason.ConnectTimeout || reason == Reason.ConnectFailed || reason == Reason.NameUnknown };
}
}
