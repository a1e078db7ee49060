using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The destinations of each cluster and their addresses as they were when somebody looked last. For a listener of YARP, which tells of one change at a
/// time. What is known stays where it is: of a change of ten thousand clusters the collector would have all that is new to move.
/// </summary>
internal sealed class SeenDestinations
{
    private readonly ConditionalWeakTable<ClusterState, Dictionary<DestinationState, string>> _seen = []; // By cluster, as the collector looks at each entry each time.

    /// <summary>What came, moved and went since.</summary>
    public IReadOnlyList<SeenChange> Look(ClusterState cluster)
    {
        var seen = _seen.GetValue(cluster, static _ => []);
        List<SeenChange>? changes = null;
        foreach (var destination in cluster.Destinations.Values)
        {
            var now = destination.Model.Config.Address;
            if (!seen.TryGetValue(destination, out var before) || before != now)
            {
                seen[destination] = now;
                (changes ??= []).Add(new SeenChange(destination, before, now));
            }
        }

        // All that are there are known by now; who is known besides has gone.
        if (seen.Count > cluster.Destinations.Count)
        {
            var gone = seen.Where(item => cluster.Destinations.GetValueOrDefault(item.Key.DestinationId) != item.Key).ToList();
            gone.ForEach(item => seen.Remove(item.Key));
            (changes ??= []).AddRange(gone.Select(item => new SeenChange(item.Key, item.Value, Now: null)));
        }

        return changes ?? [];
    }

    /// <summary>Forgets a cluster, and gives what was seen of it.</summary>
    public IEnumerable<SeenChange> Forget(ClusterState cluster)
    {
        var seen = _seen.TryGetValue(cluster, out var known) ? known : [];
        _seen.Remove(cluster);
        return seen.Select(item => new SeenChange(item.Key, item.Value, Now: null));
    }
}

/// <summary>A destination that came, moved or went.</summary>
/// <param name="Destination">It.</param>
/// <param name="Before">Where it was; null where it came.</param>
/// <param name="Now">Where it is; null where it went.</param>
internal readonly record struct SeenChange(DestinationState Destination, string? Before, string? Now);
