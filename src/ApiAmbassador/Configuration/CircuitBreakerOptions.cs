namespace ApiAmbassador.Configuration;

/// <summary>
/// When a destination that fails gets no more requests for a while: <c>ReverseProxy:Clusters:ID:CircuitBreaker</c>, kept for each destination
/// by itself. Failures are those to connect, resets, timeouts and the statuses 502, 503 and 504; a plain 500 is the application's answer.
/// </summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Failures in a row that open it. Default 5 (Envoy's); 0 switches this trigger off, at most 10 000.</summary>
    public int ConsecutiveFailures { get; set; } = 5;

    /// <summary>
    /// The share of failures among the requests of <see cref="SamplingDuration"/> that opens it. Default 0.5; from 0 (this trigger is
    /// off) to 1.
    /// </summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Requests within <see cref="SamplingDuration"/> below which the ratio says nothing. Default 20; from 1 to 1 000 000.</summary>
    public int MinimumThroughput { get; set; } = 20;

    /// <summary>
    /// The stretch of time that the ratio looks at. Default 10 s (Linkerd's); from 1 s to one hour; not shorter than
    /// the <c>PerAttemptTimeout</c> of a route to the cluster, whose timeouts it could not see together, unless <see cref="FailureRatio"/> is 0.
    /// </summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long it stays open before one request is let through to see. Doubles each time it opens again, with up to a tenth added at
    /// random. Default 5 s; from 500 ms to one day.
    /// </summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest that it grows to. Default 1 min (Linkerd's); not below <see cref="BreakDuration"/>, at most one day. Where no other
    /// destination of the cluster serves it does not grow at all.
    /// </summary>
    public TimeSpan BreakDurationMax { get; set; } = TimeSpan.FromMinutes(1);
}
