namespace ApiAmbassador.Configuration;

/// <summary>
/// When a destination that does worse than the others of its cluster is left out for a while: <c>ReverseProxy:Clusters:ID:Outlier</c>. It goes by
/// what its circuit breaker goes by, the requests of <see cref="CircuitBreakerOptions.SamplingDuration"/>, and by any 5xx and slow answers besides. What
/// all answer alike is the application's and leaves nobody out: a quarter of the others at least has to do twice as well.
/// </summary>
public sealed class OutlierOptions
{
    /// <summary>Errors in a row, any 5xx and no answer at all, that leave it out. Default 5 (Envoy's and App Mesh's); 0 switches this trigger off, at most 10 000.</summary>
    public int ConsecutiveErrors { get; set; } = 5;

    /// <summary>
    /// The share of errors that leaves it out, of at least <see cref="CircuitBreakerOptions.MinimumThroughput"/> requests. Default 0.5; from 0 (this
    /// trigger is off) to 1. The same share of slow answers does.
    /// </summary>
    public double ErrorRatio { get; set; } = 0.5;

    /// <summary>
    /// An answer is slow if its headers take so many times what the middle one of the cluster's destinations takes, and 100 ms more. Default 10; 0
    /// switches this trigger off, else from 2 to 1000.
    /// </summary>
    public double SlowFactor { get; set; } = 10;

    /// <summary>How often a destination's shares are looked at. Default 10 s (Envoy's); from 100 ms to one hour. For each that passes well, one time less counts in <see cref="BaseEjection"/>.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long it is left out: this, times how often it was lately, and 5 min or this at most (Envoy's). Default 10 s (App Mesh's); from 100 ms to one day. Ends
    /// sooner with <c>HealthyThreshold</c> good probes where active checks are on.
    /// </summary>
    public TimeSpan BaseEjection { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many of the cluster's destinations may be left out at once, in hosts. Default: half of them, rounded down; from 0, which switches it all off, to
    /// 10 000. One that serves is always kept.
    /// </summary>
    public int? MaxEjectedHosts { get; set; }
}
