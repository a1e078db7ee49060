using System.Collections.Frozen;
using System.Collections.Immutable;
using ApiAmbassador.Balancing;
using ApiAmbassador.Discovery;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Health;
using ApiAmbassador.Resilience;
using ApiAmbassador.Routing;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// A whole configuration in force: immutable, checked, and swapped as one. A request reads it once and keeps to what it read.
/// </summary>
/// <param name="Revision">Counts the configurations applied in this process, from 1.</param>
/// <param name="Fingerprint">A hash of everything that was written; the same content is not applied twice.</param>
/// <param name="Ambassador">Settings of the ambassador itself.</param>
/// <param name="Routes">By id: YARP's part of a route and ours.</param>
/// <param name="Clusters">By id: YARP's part of a cluster and ours.</param>
internal sealed record Snapshot(
    long Revision,
    string Fingerprint,
    AmbassadorOptions Ambassador,
    FrozenDictionary<string, RouteSnapshot> Routes,
    FrozenDictionary<string, ClusterSnapshot> Clusters)
{
    /// <summary>Everything as it was written, with its places; nobody changes it any more.</summary>
    public ConfigNode Written { get; init; } = new(new Place("the configuration"));

    /// <summary>Whether any route has a split; where none has, requests do not look for one.</summary>
    public bool HasSplits { get; } = Routes.Values.Any(route => route.Split is not null);

    /// <summary>Whether any cluster has a limit.</summary>
    public bool HasLimits { get; } = Clusters.Values.Any(cluster => cluster.Limits.IsSet);

    /// <summary>What depends on a request's path; it says how faithfully a path that servers read in different ways may be passed on.</summary>
    public PathDecides PathDecides { get; } = TargetRule.WhatPathsDecide(Routes.Values.Select(route => route.Config));

    /// <summary>The clusters as they were configured, before <see cref="Found"/> and <see cref="Words"/>.</summary>
    public FrozenDictionary<string, ClusterSnapshot> Configured { get; private init; } = Clusters;

    /// <summary>Where instances were found, by cluster; it is in <see cref="Clusters"/> already.</summary>
    public ImmutableDictionary<string, FoundCluster> Found { get; init; } = ImmutableDictionary<string, FoundCluster>.Empty;

    /// <summary>What operators have said of destinations; it is in <see cref="Clusters"/> already.</summary>
    public OperatorWords Words { get; init; } = OperatorWords.None;

    /// <summary>When it was put in force.</summary>
    public DateTimeOffset AppliedAt { get; init; }

    /// <summary>Before the first configuration.</summary>
    public static Snapshot Empty { get; } = new(
        0, "", new AmbassadorOptions(), FrozenDictionary<string, RouteSnapshot>.Empty, FrozenDictionary<string, ClusterSnapshot>.Empty);
}

/// <summary>A route.</summary>
/// <param name="Config">YARP's part. A route with a split has the first of its clusters here, because YARP wants one.</param>
/// <param name="Split">The weighted choice of a cluster, or null.</param>
/// <param name="OutputCachePolicy">The name of an output cache policy, or null.</param>
/// <param name="Retry">When its requests are tried again, as it was written.</param>
/// <param name="On">The failures after which they are.</param>
internal sealed record RouteSnapshot(RouteConfig Config, SplitRule? Split, string? OutputCachePolicy, RetryOptions Retry, RetryOn On);

/// <summary>A cluster.</summary>
/// <param name="Config">YARP's part. Weights are in the metadata of its destinations (<see cref="DestinationWeight"/>).</param>
/// <param name="Probe">What the active health check asks and how it judges.</param>
/// <param name="CircuitBreaker">When a destination that fails gets no more requests.</param>
/// <param name="RetryBudget">How many retries it gets.</param>
/// <param name="Limits">How many requests it gets at once.</param>
/// <param name="ConnectTimeout">How long a destination may take to take a connection.</param>
internal sealed record ClusterSnapshot(
    ClusterConfig Config, ProbeRule Probe, CircuitBreakerOptions CircuitBreaker, RetryBudgetOptions RetryBudget, LimitsOptions Limits, TimeSpan ConnectTimeout)
{
    /// <summary>Whether all but the destinations was read once for both.</summary>
    public bool HasSettingsOf(ClusterSnapshot? other) => ReferenceEquals(Probe, other?.Probe); // Each reading makes one, and nothing else replaces it.

    /// <summary>Whether its load-balancing policy was written, and is not the one that goes with its weights.</summary>
    public bool NamesPolicy { get; init; }

    /// <summary>When a destination that does worse than the others is left out.</summary>
    public OutlierOptions Outlier { get; init; } = new();

    /// <summary>How long a destination that has come gets fewer requests than its share.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>The share of destinations that are well below which that is ignored.</summary>
    public double PanicRatio { get; init; }

    /// <summary>What its consistent hash goes by, as it was written; null where it was not.</summary>
    public string? HashBy
    {
        get;
        init => Key = HashKey.TryParse(field = value, out var key) ? key : HashKey.None;
    }

    /// <summary>The same, read.</summary>
    public HashKey Key { get; private init; } = HashKey.None;

    /// <summary>The sources that say where its instances are.</summary>
    public DiscoveryOptions Discovery { get; init; } = new();

    /// <summary>The host names in addresses of its destinations that are followed, by destination.</summary>
    public IReadOnlyDictionary<string, FollowedName> Names { get; init; } = FrozenDictionary<string, FollowedName>.Empty;

    /// <summary>The same with these destinations. Where it names no policy, it has the one that keeps to their weights.</summary>
    public ClusterSnapshot With(IReadOnlyDictionary<string, DestinationConfig> destinations) => this with
    {
        Config = Config with { Destinations = destinations, LoadBalancingPolicy = NamesPolicy ? Config.LoadBalancingPolicy : ClusterRule.DefaultPolicy(destinations.Values) },
    };
}
