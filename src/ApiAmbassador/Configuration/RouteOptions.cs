namespace ApiAmbassador.Configuration;

/// <summary>What we add to YARP's settings of a route: <c>ReverseProxy:Routes:ID</c>.</summary>
public sealed class RouteOptions
{
    /// <summary>Shares the route's requests among several clusters, instead of <c>ClusterId</c>. Default: none.</summary>
    public SplitOptions? Split { get; set; }

    /// <summary>The name of an output cache policy (<c>Ambassador:Policies:OutputCache</c>). Default: none.</summary>
    public string? OutputCachePolicy { get; set; }

    /// <summary>When a failed request is tried again.</summary>
    public RetryOptions Retry { get; set; } = new();
}

/// <summary>A weighted choice of the cluster: <c>ReverseProxy:Routes:ID:Split</c>.</summary>
public sealed class SplitOptions
{
    /// <summary>
    /// Cluster → its share, in whatever unit adds up: 90 and 10, or 0.9 and 0.1. Zero takes part but gets nothing. Each from 0 to
    /// 1 000 000; at least one above zero.
    /// </summary>
    public IReadOnlyDictionary<string, double> Clusters { get; set; } = new Dictionary<string, double>();

    /// <summary>
    /// What keeps a caller on one side: <c>Header:NAME</c>, <c>Cookie:NAME</c>, <c>ClientAddress</c> (of the connection) or <c>None</c>.
    /// A request without it is shared at random. Default <c>None</c>.
    /// </summary>
    public string StickyBy { get; set; } = "None";

    /// <summary>
    /// The name that goes into the choice with the caller's key: splits of one name send a caller to the same side. Default: made
    /// from the clusters' ids, so that routes over the same clusters agree.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Whether the share of a cluster without a usable destination goes to the others (true, the default) or is answered with 503.</summary>
    public bool Fallback { get; set; } = true;
}
