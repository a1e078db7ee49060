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
    /// <param name="before">What is in force: routes and clusters that are written as there are taken from there, so that a small change of a large configuration is a small one.</param>
    public static Snapshot Build(Gathered gathered, long revision, Snapshot? before = null)
    {
        before ??= Snapshot.Empty;
        var (oldProxy, newProxy) = (before.Written.Find("ReverseProxy"), gathered.Root.Find("ReverseProxy"));
        var sameRoutes = Same(before.Routes, oldProxy?.Find("Routes"), newProxy?.Find("Routes"), route => route.Config.RouteId);
        var sameClusters = Same(before.Configured, oldProxy?.Find("Clusters"), newProxy?.Find("Clusters"), cluster => cluster.Config.ClusterId);
        var proxy = new NodeSection(Without(newProxy, sameRoutes.ContainsKey, sameClusters.ContainsKey), "ReverseProxy");
        var (routes, clusters) = ReadYarp(proxy);
        return new Snapshot(
            revision,
            ConfigFingerprint.Of(gathered.Root),
            Ambassador(gathered),
            Joined(before.Routes, sameRoutes, routes.Select(route => Route(route, proxy.GetSection("Routes").GetSection(route.RouteId))), route => route.Config.RouteId),
            Joined(
                before.Configured,
                sameClusters,
                clusters.Select(cluster => Cluster(cluster, proxy.GetSection("Clusters").GetSection(cluster.ClusterId).Get<ClusterOptions>() ?? new ClusterOptions())),
                cluster => cluster.Config.ClusterId))
        {
            Written = gathered.Root,
        };
    }

    /// <summary>The section <c>Ambassador</c> alone; the listeners need it before there are services to check the rest.</summary>
    public static AmbassadorOptions Ambassador(Gathered gathered) =>
        gathered.Configuration.GetSection("Ambassador").Get<AmbassadorOptions>() ?? new AmbassadorOptions();

    /// <summary>What is written as it was before, by the key it is written under.</summary>
    private static Dictionary<string, T> Same<T>(IReadOnlyDictionary<string, T> known, ConfigNode? before, ConfigNode? after, Func<T, string> id)
        where T : class
    {
        var same = new Dictionary<string, T>(known.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, node) in after?.Children ?? new Dictionary<string, ConfigNode>())
        {
            if (known.TryGetValue(key, out var built) && id(built) == key && ConfigNode.Same(before?.Find(key), node))
            {
                same.Add(key, built);
            }
        }

        return same;
    }

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

    /// <summary>The section without what needs not be read again.</summary>
    private static ConfigNode? Without(ConfigNode? proxy, Predicate<string> isRouteSame, Predicate<string> isClusterSame)
    {
        if (proxy is null)
        {
            return null;
        }

        var rest = new ConfigNode(proxy.Place);
        foreach (var (key, node) in proxy.Children)
        {
            rest.Set(key, Is(key, "Routes") ? Without(node, isRouteSame) : Is(key, "Clusters") ? Without(node, isClusterSame) : node);
        }

        return rest;
    }

    private static ConfigNode Without(ConfigNode node, Predicate<string> isSame)
    {
        var rest = new ConfigNode(node.Place);
        foreach (var (key, child) in node.Children.Where(child => !isSame(child.Key)))
        {
            rest.Set(key, child);
        }

        return rest;
    }

    private static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);

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

    private static ClusterSnapshot Cluster(ClusterConfig config, ClusterOptions options)
    {
        var destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var names = new Dictionary<string, FollowedName>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, destination) in config.Destinations ?? new Dictionary<string, DestinationConfig>())
        {
            var ours = options.Destinations.GetValueOrDefault(id) ?? new DestinationOptions();
            var place = DestinationLocality.With(destination.Metadata, ours.Priority, ours.Zone);
            destinations[id] = destination with { Metadata = ours.Weight == DestinationWeight.Default ? place : DestinationWeight.With(place, ours.Weight) };

            // A proxy looks names up by itself, and would be asked for addresses that may mean something else to it.
            if (ours.Resolve && config.HttpClient?.WebProxy?.Address is null && Uri.TryCreate(destination.Address, UriKind.Absolute, out var uri)
                && FollowedName.CanMove(uri.IdnHost))
            {
                names[id] = new FollowedName(uri.IdnHost, uri.Port);
            }
        }

        int? yarpThreshold =
            config.Metadata?.TryGetValue(YarpThresholdKey, out var text) == true && int.TryParse(text, out var threshold) ? threshold : null;

        var metadata = options.ConnectTimeout == ConnectTimeout.Default
            ? config.Metadata
            : With(config.Metadata, ConnectTimeout.MetadataKey, ConnectTimeout.ToText(options.ConnectTimeout));

        return new ClusterSnapshot(
            config with
            {
                Destinations = destinations,
                LoadBalancingPolicy = config.LoadBalancingPolicy ?? ClusterRule.DefaultPolicy(destinations.Values),
                HealthCheck = WithDefaults(config.HealthCheck),
                Metadata = metadata,
            },
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
            Names = names,
        };
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
