using System.Collections.Frozen;
using ApiAmbassador.Discovery;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The destinations in force, layer by layer:
/// <code>
/// as configured → what operators said of them → what was found in their place and beside them → what operators said of that
/// </code>
/// Pure. What an operator says of a name holds for all its addresses, those to come included.
/// </summary>
internal static class DestinationLayers
{
    /// <summary>A configuration with its layers laid, and without words whose destination is gone.</summary>
    /// <param name="next">Configured, with what was found and said.</param>
    /// <param name="current">What is in force: clusters in which nothing differs are taken from there as they are.</param>
    public static Snapshot Lay(Snapshot next, Snapshot current)
    {
        var laid = next.Found.IsEmpty && ReferenceEquals(next.Words, OperatorWords.None)
            ? next with { Clusters = next.Configured }
            : next with
            {
                Clusters = next.Configured.ToFrozenDictionary(item => item.Key, item => Lay(item.Key, item.Value, next, current), StringComparer.OrdinalIgnoreCase),
            };
        return laid with { Words = next.Words.Within(laid) };
    }

    private static ClusterSnapshot Lay(string id, ClusterSnapshot configured, Snapshot next, Snapshot current)
    {
        var found = next.Found.GetValueOrDefault(id);
        if (ReferenceEquals(configured, current.Configured.GetValueOrDefault(id))
            && ReferenceEquals(found, current.Found.GetValueOrDefault(id))
            && ReferenceEquals(next.Words, current.Words))
        {
            return current.Clusters[id];
        }

        if (found is null && !next.Words.SpeakOf(id))
        {
            return configured;
        }

        return configured.With(Lay(configured, found, next.Words));
    }

    /// <summary>The destinations of one cluster.</summary>
    public static IReadOnlyDictionary<string, DestinationConfig> Lay(ClusterSnapshot configured, FoundCluster? found, OperatorWords words)
    {
        var (id, destinations) = (configured.Config.ClusterId, configured.Config.Destinations!);
        var isSpokenOf = words.SpeakOf(id);
        destinations = isSpokenOf ? words.Over(id, destinations) : destinations;
        if (found is null)
        {
            return destinations;
        }

        destinations = FoundDestinations.Over(destinations, configured.Names, found);
        return isSpokenOf ? words.Over(id, destinations) : destinations;
    }
}
