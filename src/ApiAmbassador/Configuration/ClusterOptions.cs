namespace ApiAmbassador.Configuration;

/// <summary>What we add to YARP's settings of a cluster: <c>ReverseProxy:Clusters:ID</c>.</summary>
public sealed class ClusterOptions
{
    /// <summary>What we add to its destinations, by their ids.</summary>
    public IReadOnlyDictionary<string, DestinationOptions> Destinations { get; set; } = new Dictionary<string, DestinationOptions>();

    /// <summary>
    /// What the policy <c>ConsistentHash</c> goes by: <c>Header:NAME</c>, <c>Cookie:NAME</c>, <c>ClientAddress</c> (of the connection) or <c>Path</c>
    /// (without the query). Default: none; that policy needs it, no other takes it. Requests without it are shared at random, by weight.
    /// </summary>
    public string? HashBy { get; set; }

    /// <summary>What we add to its health checks.</summary>
    public ClusterHealthOptions HealthCheck { get; set; } = new();

    /// <summary>When a destination that fails gets no more requests for a while.</summary>
    public CircuitBreakerOptions CircuitBreaker { get; set; } = new();

    /// <summary>When a destination that does worse than the others is left out for a while.</summary>
    public OutlierOptions Outlier { get; set; } = new();

    /// <summary>
    /// How long a destination that comes, or comes back from being sick, ejected or cut off, gets fewer requests than its share: a tenth at first, and evenly more. Default
    /// 10 s; from 0 (all at once) to one hour. Those that come together, as at the start, are not held back; nor are keys and sessions that have their place.
    /// </summary>
    public TimeSpan SlowStart { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The share of destinations that are well, neither sick by probes nor ejected, below which that is ignored and all are asked: so few could not carry
    /// everything, and more likely it is the probes that are wrong. Default 0.5 (Envoy's); from 0 (never) to 1. In pools of fewer than four never.
    /// </summary>
    public double PanicRatio { get; set; } = 0.5;

    /// <summary>
    /// How long a destination may take to take a connection, its name's lookup and TLS included. Default 2 s; above zero, to one
    /// minute. YARP's own is 15 s.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = Forwarding.ConnectTimeout.Default;

    /// <summary>How many retries the cluster gets.</summary>
    public RetryBudgetOptions RetryBudget { get; set; } = new();

    /// <summary>How many requests the cluster gets at once.</summary>
    public LimitsOptions Limits { get; set; } = new();

    /// <summary>Sources that say where its instances are.</summary>
    public DiscoveryOptions Discovery { get; set; } = new();
}

/// <summary>What we add to YARP's settings of a destination.</summary>
public sealed class DestinationOptions
{
    /// <summary>The largest <see cref="Weight"/>, that of a DNS SRV record (RFC 2782).</summary>
    public const int WeightMax = 65_535;

    /// <summary>
    /// Its share of the cluster's requests beside the others' weights. Default 1; from 0 (gets nothing) to 65 535; not all of a
    /// cluster 0.
    /// </summary>
    public int Weight { get; set; } = 1;

    /// <summary>
    /// 0 is asked first; 1 gets what 0 cannot carry, and so on. A priority carries everything while 5 of 7 of its destinations serve, rounded down to
    /// whole ones: one of two, two of three. Default 0; from 0 to 1000, without a gap.
    /// </summary>
    public int Priority { get; set; }

    /// <summary>Where it is. Within a priority those in the ambassador's own <c>Zone</c> are asked first, as if the others were the next priority. Default: not said; up to 63 letters.</summary>
    public string? Zone { get; set; }

    /// <summary>
    /// Whether a host name in its address is followed: each of the name's addresses is a destination of its own, looked up again every 5 s. Default true;
    /// <c>localhost</c> is never followed, nor a name that a proxy (<c>HttpClient:WebProxy</c>) has to look up.
    /// </summary>
    public bool Resolve { get; set; } = true;
}

/// <summary>What we add to YARP's health checks of a cluster.</summary>
public sealed class ClusterHealthOptions
{
    /// <summary>What we add to its active checks.</summary>
    public ActiveHealthCheckOptions Active { get; set; } = new();
}

/// <summary>What we add to YARP's active health checks: <c>HealthCheck:Active</c>.</summary>
public sealed class ActiveHealthCheckOptions
{
    /// <summary>
    /// Good probes in a row after which an unhealthy destination is used again. Default 2 (AWS App Mesh, HAProxy's rise); at least 1.
    /// A destination that was never unhealthy is healthy at its first good probe.
    /// </summary>
    public int? HealthyThreshold { get; set; }

    /// <summary>
    /// Failed probes in a row after which a healthy destination is left out. Default 2 (YARP's, whose metadata
    /// <c>ConsecutiveFailuresHealthPolicy.Threshold</c> is read where this is not set); at least 1. A destination that has not passed a
    /// probe yet is left out at its first failed one, as in HAProxy.
    /// </summary>
    public int? UnhealthyThreshold { get; set; }

    /// <summary>Status codes and ranges that are good, as <c>200</c> or <c>200-399</c>. Default <c>200-299</c>.</summary>
    public IReadOnlyList<string>? ExpectedStatus { get; set; }

    /// <summary>The Host header of the probe. Default: the destination's <c>Host</c>, else the host of its address.</summary>
    public string? Host { get; set; }

    /// <summary>The query of the probe, with or without its question mark. Default: none.</summary>
    public string? Query { get; set; }
}
