using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using ApiAmbassador.Discovery;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// What a configuration has in common with the one in force, by what is written: it is neither read nor made again, so that a small change of a large
/// configuration is a small one.
/// </summary>
internal sealed class Unchanged
{
    private readonly Dictionary<string, ClusterParts> _parts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Compares them.</summary>
    /// <param name="before">What is in force.</param>
    /// <param name="root">What is written now.</param>
    public Unchanged(Snapshot before, ConfigNode root)
    {
        var (old, now) = (before.Written.Find("ReverseProxy"), root.Find("ReverseProxy"));
        Routes = Same(before.Routes, old?.Find("Routes"), now?.Find("Routes"), route => route.Config.RouteId);
        Clusters = Same(before.Configured, old?.Find("Clusters"), now?.Find("Clusters"), cluster => cluster.Config.ClusterId);
        FindParts(before, old?.Find("Clusters"), now?.Find("Clusters"));
        Rest = Without(now, (key, node) => Is(key, "Routes") ? Without(node, RestOfRoute) : Is(key, "Clusters") ? Without(node, RestOfCluster) : node);
    }

    /// <summary>Routes, by their ids.</summary>
    public Dictionary<string, RouteSnapshot> Routes { get; }

    /// <summary>Whole clusters, by their ids.</summary>
    public Dictionary<string, ClusterSnapshot> Clusters { get; }

    /// <summary>The section <c>ReverseProxy</c> without all that.</summary>
    public ConfigNode? Rest { get; }

    /// <summary>What there is of a cluster that is itself not the same.</summary>
    public ClusterParts PartsOf(string cluster) => _parts.GetValueOrDefault(cluster) ?? ClusterParts.None;

    private void FindParts(Snapshot before, ConfigNode? olds, ConfigNode? news)
    {
        foreach (var (id, now) in news?.Children ?? NoNodes)
        {
            // Whether a name is followed depends on the cluster's proxy, which is in its HttpClient.
            if (!Clusters.ContainsKey(id) && before.Configured.TryGetValue(id, out var built) && olds?.Find(id) is { } old && ConfigNode.Same(old.Find("HttpClient"), now.Find("HttpClient")))
            {
                _parts[id] = new ClusterParts(
                    built.Config.ClusterId == id && IsSameButDestinations(old, now) ? built : null,
                    Same(built.Config.Destinations!, old.Find("Destinations"), now.Find("Destinations")),
                    built.Names);
            }
        }
    }

    private ConfigNode? RestOfRoute(string id, ConfigNode route) => Routes.ContainsKey(id) ? null : route;

    private ConfigNode? RestOfCluster(string id, ConfigNode cluster) =>
        Clusters.ContainsKey(id) ? null
        : _parts.TryGetValue(id, out var same) ? Without(cluster, (key, node) =>
            Is(key, "Destinations") ? Without(node, (destination, its) => same.Destinations.ContainsKey(destination) ? null : its)
            : same.Settings is null ? node
            : null)
        : cluster;

    private static bool IsSameButDestinations(ConfigNode before, ConfigNode after) =>
        before.Children.Count == after.Children.Count
        && before.Children.ContainsKey("Destinations") == after.Children.ContainsKey("Destinations")
        && after.Children.All(child => Is(child.Key, "Destinations") || ConfigNode.Same(before.Find(child.Key), child.Value));

    private static IReadOnlyDictionary<string, ConfigNode> NoNodes { get; } = new Dictionary<string, ConfigNode>();

    private static Dictionary<string, T> Same<T>(IReadOnlyDictionary<string, T> built, ConfigNode? before, ConfigNode? after, Func<T, string>? id = null)
        where T : class
    {
        var same = new Dictionary<string, T>(built.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, node) in after?.Children ?? NoNodes)
        {
            if (built.TryGetValue(key, out var known) && (id is null || id(known) == key) && ConfigNode.Same(before?.Find(key), node))
            {
                same.Add(key, known);
            }
        }

        return same;
    }

    /// <summary>A node with what is left of each of its children, or null of none.</summary>
    [return: NotNullIfNotNull(nameof(node))]
    private static ConfigNode? Without(ConfigNode? node, Func<string, ConfigNode, ConfigNode?> rest)
    {
        if (node is null || node.IsLeaf)
        {
            return node;
        }

        var without = new ConfigNode(node.Place) { IsList = node.IsList };
        foreach (var (key, child) in node.Children)
        {
            if (rest(key, child) is { } left)
            {
                without.Set(key, left);
            }
        }

        return without;
    }

    private static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a cluster that has changed has in common with the one in force.</summary>
/// <param name="Settings">The one in force, where all is the same but the destinations; else null.</param>
/// <param name="Destinations">Destinations, by their ids.</param>
/// <param name="Names">Which of them stand for the addresses of a name.</param>
internal sealed record ClusterParts(ClusterSnapshot? Settings, Dictionary<string, DestinationConfig> Destinations, IReadOnlyDictionary<string, FollowedName> Names)
{
    /// <summary>Nothing.</summary>
    public static ClusterParts None { get; } = new(Settings: null, [], FrozenDictionary<string, FollowedName>.Empty);
}
