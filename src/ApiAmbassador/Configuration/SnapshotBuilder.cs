using System.Collections.Frozen;
using ApiAmbassador.Balancing;
using ApiAmbassador.Discovery;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Health;
using ApiAmbassador.Resilience;
using ApiAmbassador.Routing;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>The second step of the control path: makes a <see cref="Snapshot"/> of what was gathered. Pure; whether it is valid is the next step's question.</summary>
internal static class SnapshotBuilder
{
    /// <summary>YARP's metadata key for the number of failed probes, read where ours is not set.</summary>
    public const string YarpThresholdKey = "ConsecutiveFailuresHealthPolicy.Threshold";

    /// <summary>Builds the snapshot. Expects a tree that <see cref="ShapeCheck"/> has pruned.</summary>
    /// <param name="gathered">What was gathered.</param>
    /// <param name="revision">Its revision.</param>
    /// <param name="before">What is in force, from which is taken what is written as there.</param>
    public static Snapshot Build(Gathered gathered, long revision, Snapshot? before = null)
    {
        before ??= Snapshot.Empty;
        var same = new Unchanged(before, gathered.Root);
        var proxy = new NodeSection(same.Rest, "ReverseProxy");
        var (routes, clusters) = ReadYarp(proxy);
        return new Snapshot(
            revision,
            ConfigFingerprint.Of(gathered.Root),
            Ambassador(gathered),
            Joined(before.Routes, same.Routes, routes.Select(route => Route(route, proxy.GetSection("Routes").GetSection(route.RouteId))), route => route.Config.RouteId),
            Joined(
                before.Configured,
                same.Clusters,
                clusters.Select(cluster => Cluster(cluster, proxy.GetSection("Clusters").GetSection(cluster.ClusterId), same.PartsOf(cluster.ClusterId))),
                cluster => cluster.Config.ClusterId))
        {
            Written = gathered.Root,
        };
    }

    /// <summary>The section <c>Ambassador</c> alone; the listeners need it before there are services to check the rest.</summary>
    public static AmbassadorOptions Ambassador(Gathered gathered) =>
        gathered.Configuration.GetSection("Ambassador").Get<AmbassadorOptions>() ?? new AmbassadorOptions();

    /// <summary>What is as before and what was read. All that there was before, and nothing else, is the same object as before.</summary>
    private static FrozenDictionary<string, T> Joined<T>(FrozenDictionary<string, T> before, Dictionary<string, T> same, IEnumerable<T> read, Func<T, string> id)
        where T : class
    {
        var size = same.Count;
        foreach (var item in read)
        {
            same.Add(id(item), item);
        }

        return same.Count == size && size == before.Count ? before : same.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>YARP's part is read by YARP's own reader, so that every section that works there works here.</summary>
    private static (IReadOnlyList<RouteConfig>, IReadOnlyList<ClusterConfig>) ReadYarp(NodeSection section)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddReverseProxy().LoadFromConfig(section);
        using var provider = services.BuildServiceProvider();
        var config = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
        return (config.Routes, config.Clusters);
    }

    private static RouteSnapshot Route(RouteConfig config, IConfigurationSection section)
    {
        var options = section.Get<RouteOptions>() ?? new RouteOptions();
        options.Retry.On ??= section["Retry:On"] is "" ? [] : null; // The binder takes an empty list for none at all.
        var cache = options.OutputCachePolicy ?? config.Metadata?.GetValueOrDefault(RouteMetadata.OutputCachePolicy);
        var split = options.Split is null ? null : SplitRule.Create(options.Split, hasClusterIdToo: config.ClusterId is not null);
        return new RouteSnapshot(
            // YARP answers 503 before any step of ours where a route names no cluster. The output cache policy is not YARP's in
            // this version; in the metadata it makes YARP renew the endpoint when it changes.
            config with
            {
                ClusterId = config.ClusterId ?? (split?.Sides is [var first, ..] ? first.ClusterId : null),
                Metadata = cache is null ? config.Metadata : With(config.Metadata, RouteMetadata.OutputCachePolicy, cache),
            },
            split,
            cache,
            options.Retry,
            RetryOn.Parse(options.Retry.On, out _));
    }

    private static ClusterSnapshot Cluster(ClusterConfig config, IConfigurationSection section, ClusterParts same)
    {
        var options = same.Settings is null ? section.Get<ClusterOptions>() ?? new ClusterOptions() : null;
        var settings = same.Settings ?? Cluster(config, options!);
        var read = config.Destinations ?? new Dictionary<string, DestinationConfig>();
        var destinations = new Dictionary<string, DestinationConfig>(same.Destinations.Count + read.Count, StringComparer.OrdinalIgnoreCase);
        var names = new Dictionary<string, FollowedName>(StringComparer.OrdinalIgnoreCase);
        foreach (var id in same.Destinations.Keys.Concat(read.Keys).Order(ConfigurationKeyComparer.Instance)) // As readers of the framework's configuration see them.
        {
            FollowedName? name;
            (destinations[id], name) = same.Destinations.TryGetValue(id, out var known) ? (known, same.Names.GetValueOrDefault(id)) : Destination(read[id], Ours(id), settings.Config);
            if (name is not null)
            {
                names[id] = name;
            }
        }

        return settings.With(destinations) with { Names = names };

        DestinationOptions Ours(string id) =>
            (options is null ? section.GetSection("Destinations").GetSection(id).Get<DestinationOptions>() : options.Destinations.GetValueOrDefault(id)) ?? new DestinationOptions();
    }

    /// <summary>A cluster but for its destinations.</summary>
    private static ClusterSnapshot Cluster(ClusterConfig config, ClusterOptions options)
    {
        int? yarpThreshold =
            config.Metadata?.TryGetValue(YarpThresholdKey, out var text) == true && int.TryParse(text, out var threshold) ? threshold : null;

        var metadata = options.ConnectTimeout == ConnectTimeout.Default
            ? config.Metadata
            : With(config.Metadata, ConnectTimeout.MetadataKey, ConnectTimeout.ToText(options.ConnectTimeout));

        return new ClusterSnapshot(
            config with { HealthCheck = WithDefaults(config.HealthCheck), Metadata = metadata },
            ProbeRule.Create(options.HealthCheck.Active, yarpThreshold),
            options.CircuitBreaker,
            options.RetryBudget,
            options.Limits,
            ConnectTimeout.Of(metadata))
        {
            NamesPolicy = config.LoadBalancingPolicy is not null,
            HashBy = options.HashBy,
            Outlier = options.Outlier,
            SlowStart = options.SlowStart,
            PanicRatio = options.PanicRatio,
            Discovery = options.Discovery,
        };
    }

    /// <summary>A destination, and the name that is followed in its stead, or null.</summary>
    private static (DestinationConfig Config, FollowedName? Name) Destination(DestinationConfig config, DestinationOptions ours, ClusterConfig cluster)
    {
        var place = DestinationLocality.With(config.Metadata, ours.Priority, ours.Zone);

        // A proxy looks names up by itself, and would be asked for addresses that may mean something else to it.
        var isFollowed = ours.Resolve && cluster.HttpClient?.WebProxy?.Address is null;
        return (
            config with { Metadata = ours.Weight == DestinationWeight.Default ? place : DestinationWeight.With(place, ours.Weight) },
            isFollowed && Uri.TryCreate(config.Address, UriKind.Absolute, out var uri) && FollowedName.CanMove(uri.IdnHost) ? new FollowedName(uri.IdnHost, uri.Port) : null);
    }

    /// <summary>Where a file names no policy ours hold: probes are judged by thresholds, and sick destinations get nothing even when all are sick.</summary>
    private static HealthCheckConfig WithDefaults(HealthCheckConfig? config)
    {
        config ??= new HealthCheckConfig();
        return config with
        {
            AvailableDestinationsPolicy = config.AvailableDestinationsPolicy ?? "HealthyAndUnknown",
            Active = config.Active is null ? null : config.Active with { Policy = config.Active.Policy ?? ThresholdHealthPolicy.PolicyName },
        };
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string>? metadata, string key, string value) =>
        new(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase) { [key] = value };
}
