using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Admin;

/// <summary>What <c>GET /api/status</c> answers: everything a page or a script wants to know of this moment.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Commit">What it was built from; empty where the build did not know it.</param>
/// <param name="Time">When this was looked at.</param>
/// <param name="UptimeSeconds">Since the ambassador started.</param>
/// <param name="Lifecycle">starting, serving or draining.</param>
/// <param name="Revision">Counts what was put in force: configurations and operators' words.</param>
/// <param name="AppliedAt">When that was.</param>
/// <param name="Passthrough">Whether retries, circuit breakers and limits are switched off.</param>
/// <param name="LastEvent">The number of the newest event.</param>
/// <param name="LastRefused">The last change of the configuration, if it was refused and nothing was applied since; else null.</param>
/// <param name="Clusters">In the order of their ids.</param>
/// <param name="Routes">In the order of their ids.</param>
internal sealed record StatusView(
    string Version,
    string Commit,
    DateTimeOffset Time,
    double UptimeSeconds,
    string Lifecycle,
    long Revision,
    DateTimeOffset AppliedAt,
    bool Passthrough,
    long LastEvent,
    TimelineEntry? LastRefused,
    IReadOnlyList<ClusterView> Clusters,
    IReadOnlyList<RouteView> Routes);

/// <summary>A cluster.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Policy">The load-balancing policy in force.</param>
/// <param name="Usable">How many destinations are usable.</param>
/// <param name="Panic">Whether so few of it are well that health is ignored.</param>
/// <param name="InFlight">Requests under way at its destinations.</param>
/// <param name="Queued">Requests that wait for their turn.</param>
/// <param name="RetriesLeft">Retries that its budget would allow now.</param>
/// <param name="Sources">What says where its instances are: sources, and host names that are followed.</param>
/// <param name="Destinations">In the order of their ids.</param>
internal sealed record ClusterView(
    string Id,
    string Policy,
    int Usable,
    bool Panic,
    int InFlight,
    int Queued,
    int RetriesLeft,
    IReadOnlyList<SourceView> Sources,
    IReadOnlyList<DestinationView> Destinations);

/// <summary>Something that says where instances are.</summary>
/// <param name="Kind">dns, dns-srv, file, http; name for the addresses of one host name.</param>
/// <param name="Name">What is asked for.</param>
/// <param name="Instances">How many it names, those that are held included.</param>
/// <param name="AgeSeconds">Since its last good answer; null where there was none since the start.</param>
/// <param name="Held">How many are believed although it names them no more.</param>
/// <param name="IsKept">Whether what is known of it is from before the start.</param>
/// <param name="Errors">Its bad answers since the start.</param>
/// <param name="Problem">What is wrong with it now; null where nothing is.</param>
internal sealed record SourceView(string Kind, string Name, int Instances, double? AgeSeconds, int Held, bool IsKept, long Errors, string? Problem);

/// <summary>A destination.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Address">Its address, without user and password.</param>
/// <param name="ConfiguredWeight">The weight that is written.</param>
/// <param name="Weight">The weight in force.</param>
/// <param name="Priority">0 is asked first.</param>
/// <param name="Zone">Where it is, or null.</param>
/// <param name="Operator">What an operator has said; null where nobody has.</param>
/// <param name="Health">What probes (active) and YARP's record of failures (passive) say: healthy, unhealthy or unknown.</param>
/// <param name="Breaker">Its circuit breaker.</param>
/// <param name="Outlier">Whether it is left out for doing worse than the others.</param>
/// <param name="InFlight">Requests under way.</param>
/// <param name="IsUsable">Whether it is well and may get requests: neither drained nor unhealthy nor ejected nor cut off. In panic others get some as well.</param>
/// <param name="Traffic">What goes to it.</param>
/// <param name="AgeSeconds">Since it is known at this address.</param>
internal sealed record DestinationView(
    string Id,
    string Address,
    double ConfiguredWeight,
    double Weight,
    int Priority,
    string? Zone,
    OperatorWord? Operator,
    HealthView Health,
    BreakerView Breaker,
    OutlierView Outlier,
    int InFlight,
    bool IsUsable,
    TrafficView Traffic,
    double AgeSeconds);

/// <summary>What goes to a destination. While <c>Passthrough</c> is on only attempts are counted.</summary>
/// <param name="PerSecond">Attempts a second, retries and trials included, over the last 5 s.</param>
/// <param name="FailuresPerSecond">Of those, by a fault of the destination's: no answer, or a 502, 503 or 504.</param>
/// <param name="LatencyMilliseconds">Until the headers of its answers, on a moving average of 10 s that failures raise: what balancing goes by. Null while it is not known.</param>
internal sealed record TrafficView(double PerSecond, double FailuresPerSecond, double? LatencyMilliseconds);

/// <summary>The health of a destination.</summary>
/// <param name="Active">By probes.</param>
/// <param name="Passive">By YARP's record of failures.</param>
internal sealed record HealthView(string Active, string Passive);

/// <summary>A circuit breaker.</summary>
/// <param name="State">closed, open or halfOpen.</param>
/// <param name="Until">When its break ends or ended; null while it is closed.</param>
/// <param name="ConsecutiveFailures">Failures since the last success.</param>
internal sealed record BreakerView(BreakerState State, DateTimeOffset? Until, long ConsecutiveFailures);

/// <summary>Whether a destination is ejected.</summary>
/// <param name="IsEjected">Whether it is.</param>
/// <param name="Until">When that ends by itself; null where it is not.</param>
/// <param name="Times">How often it was lately.</param>
/// <param name="Cause">Why; null where it is not.</param>
internal sealed record OutlierView(bool IsEjected, DateTimeOffset? Until, int Times, string? Cause);

/// <summary>A route.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Path">The path it matches, or null.</param>
/// <param name="Hosts">The hosts it matches; empty for all.</param>
/// <param name="Methods">The methods it matches; empty for all.</param>
/// <param name="Cluster">Where it goes; null where it has a split.</param>
/// <param name="Split">The shares of clusters; null where it goes to one.</param>
/// <param name="PerSecond">Requests a second that went to each of these clusters, over the last 5 s.</param>
internal sealed record RouteView(
    string Id,
    string? Path,
    IReadOnlyList<string> Hosts,
    IReadOnlyList<string> Methods,
    string? Cluster,
    IReadOnlyDictionary<string, double>? Split,
    IReadOnlyDictionary<string, double> PerSecond);
