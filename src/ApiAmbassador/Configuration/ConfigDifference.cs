using ApiAmbassador.Balancing;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>What differs between two configurations, in words: a line for each route, cluster or setting. Pure.</summary>
internal static class ConfigDifference
{
    /// <summary>So many lines; then how many more there are.</summary>
    public const int LinesMax = 20;

    /// <summary>So many words a line; then how many more there are.</summary>
    private const int WordsMax = 10;

    /// <summary>What of our own section is read at the start alone. Other sections than ours and YARP's are the framework's, which reads them at the start.</summary>
    private static readonly string[][] ReadAtStart = [["Ambassador", "Listen"], ["Ambassador", "Admin", "Listen"], ["Ambassador", "Policies"], ["Ambassador", "StateDirectory"]];

    /// <summary>The lines, clusters first; secrets redacted.</summary>
    public static IReadOnlyList<string> Of(Snapshot before, Snapshot after)
    {
        var lines = Clusters(before, after).Concat(Routes(before, after)).Concat(Settings(before.Written, after.Written)).ToList();
        return lines.Count <= LinesMax ? lines : [.. lines.Take(LinesMax), $"and {lines.Count - LinesMax} more"];
    }

    /// <summary>The names of what differs and takes effect only with a restart.</summary>
    public static IReadOnlyList<string> NeedsRestart(ConfigNode before, ConfigNode after) =>
    [
        .. ReadAtStart.Where(path => !ConfigNode.Same(before.Find(path), after.Find(path))).Select(path => string.Join(':', path)),
        .. ChangedKeys(before, after).Where(key => !Is(key, "Ambassador") && !Is(key, "ReverseProxy")),
    ];

    /// <summary>A line for each cluster of which destinations in force came, went or moved.</summary>
    public static IReadOnlyList<string> OfDestinations(Snapshot before, Snapshot after) =>
    [
        .. from id in after.Clusters.Keys.Order(StringComparer.OrdinalIgnoreCase)
           let old = before.Clusters.GetValueOrDefault(id)
           let now = after.Clusters[id]
           where old is not null && !ReferenceEquals(old, now)
           let words = Destinations(old.Config, now.Config).ToList()
           where words.Count > 0
           select $"cluster {id}: {Bounded(words)}",
    ];

    private static IEnumerable<string> Clusters(Snapshot before, Snapshot after)
    {
        foreach (var id in Differing(before.Configured, after.Configured))
        {
            var (was, becomes) = (before.Configured.GetValueOrDefault(id), after.Configured.GetValueOrDefault(id));
            var (old, now) = (was?.Config, becomes?.Config);
            if (old is null || now is null)
            {
                yield return now is null ? $"-cluster {id}" : $"+cluster {id}: {Bounded(Destinations(EmptyOf(now), now))}";
                continue;
            }

            var words = Destinations(old, now).ToList();
            words.AddRange(Written("Clusters", id, before, after).Where(key => !Is(key, "Destinations")).Select(key => $"{key} changed"));
            if (words.Count > 0)
            {
                yield return $"cluster {id}: {Bounded(words)}";
            }
        }
    }

    private static IEnumerable<string> Destinations(ClusterConfig before, ClusterConfig after)
    {
        var (olds, news) = (before.Destinations!, after.Destinations!);
        foreach (var id in Differing(olds, news))
        {
            var (old, now) = (olds.GetValueOrDefault(id), news.GetValueOrDefault(id));
            if (old is null)
            {
                yield return $"+{id} ({Shown("Address", now!.Address)})";
            }
            else if (now is null)
            {
                yield return $"-{id}";
            }
            else if (!old.Equals(now))
            {
                var (moved, weighed) = (old.Address != now.Address, DestinationWeight.Of(old) != DestinationWeight.Of(now));
                if (moved)
                {
                    yield return $"address of {id} {Shown("Address", old.Address)} → {Shown("Address", now.Address)}";
                }

                if (weighed)
                {
                    yield return $"weight of {id} {DestinationWeight.Of(old)} → {DestinationWeight.Of(now)}";
                }

                if (!moved && !weighed)
                {
                    yield return $"{id} changed";
                }
            }
        }
    }

    private static IEnumerable<string> Routes(Snapshot before, Snapshot after)
    {
        foreach (var id in Differing(before.Routes, after.Routes))
        {
            var (was, becomes) = (before.Routes.GetValueOrDefault(id), after.Routes.GetValueOrDefault(id));
            if (was is null || becomes is null)
            {
                yield return $"{(was is null ? '+' : '-')}route {id}";
            }
            else if (Written("Routes", id, before, after).ToList() is { Count: > 0 } keys)
            {
                yield return $"route {id}: changed ({Bounded(keys)})";
            }
        }
    }

    /// <summary>Our own section setting by setting, with values; of the framework's that one has changed.</summary>
    private static IEnumerable<string> Settings(ConfigNode before, ConfigNode after)
    {
        var (old, now) = (Leaves(before.Find("Ambassador")), Leaves(after.Find("Ambassador")));
        foreach (var path in Ids(old.Keys, now.Keys))
        {
            var (was, becomes) = (old.GetValueOrDefault(path), now.GetValueOrDefault(path));
            if (was != becomes)
            {
                yield return $"Ambassador:{path} {Value(path, was)} → {Value(path, becomes)}";
            }
        }

        foreach (var key in ChangedKeys(before, after).Where(key => !Is(key, "Ambassador") && !Is(key, "ReverseProxy")))
        {
            yield return $"{key} changed";
        }
    }

    private static Dictionary<string, string?> Leaves(ConfigNode? section) =>
        section?.Flatten().ToDictionary(StringComparer.OrdinalIgnoreCase) ?? [];

    private static IEnumerable<string> Written(string kind, string id, Snapshot before, Snapshot after) =>
        ChangedKeys(before.Written.Find("ReverseProxy", kind, id), after.Written.Find("ReverseProxy", kind, id));

    private static IEnumerable<string> ChangedKeys(ConfigNode? before, ConfigNode? after)
    {
        var keys = new List<string>();
        for (var i = 0; after?.At(i) is ({ } key, { } node); i++)
        {
            if (!ConfigNode.Same(before?.Find(key), node))
            {
                keys.Add(key);
            }
        }

        for (var i = 0; before?.At(i).Key is { } key; i++)
        {
            if (after?.Find(key) is null)
            {
                keys.Add(key);
            }
        }

        return keys.Order(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The ids under which there is not the same object: of a large configuration a few.</summary>
    private static IEnumerable<string> Differing<T>(IReadOnlyDictionary<string, T> before, IReadOnlyDictionary<string, T> after)
        where T : class
    {
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, item) in before)
        {
            if (!ReferenceEquals(item, after.GetValueOrDefault(id)))
            {
                ids.Add(id);
            }
        }

        foreach (var (id, _) in after)
        {
            if (!before.ContainsKey(id))
            {
                ids.Add(id);
            }
        }

        return ids.Order(StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Ids(IEnumerable<string> before, IEnumerable<string> after) =>
        before.Union(after, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private static ClusterConfig EmptyOf(ClusterConfig cluster) => cluster with { Destinations = new Dictionary<string, DestinationConfig>() };

    private static string Bounded(IEnumerable<string> words)
    {
        var all = words.ToList();
        return string.Join(", ", all.Take(WordsMax)) + (all.Count > WordsMax ? $" and {all.Count - WordsMax} more" : "");
    }

    private static string Value(string path, string? value) => value is null ? "(default)" : Shown($"Ambassador:{path}", value);

    private static string Shown(string path, string value) => Secrets.Shown(path, parent: null, value);

    private static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
