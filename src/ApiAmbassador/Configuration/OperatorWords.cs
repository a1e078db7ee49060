using System.Collections.Frozen;
using System.Collections.Immutable;
using ApiAmbassador.Balancing;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// What operators have said of destinations of the running ambassador: a layer over what is configured. Pure and immutable. A word
/// outlives every change of the configuration until it is taken back or its destination goes.
/// </summary>
internal sealed class OperatorWords
{
    private readonly ImmutableDictionary<(string Cluster, string Destination), OperatorWord> _words;

    private OperatorWords(ImmutableDictionary<(string, string), OperatorWord> words) => _words = words;

    /// <summary>Nobody has said anything.</summary>
    public static OperatorWords None { get; } = new(ImmutableDictionary.Create<(string, string), OperatorWord>(new IgnoreCase()));

    /// <summary>How many destinations have one.</summary>
    public int Count => _words.Count;

    /// <summary>What was said of a destination.</summary>
    public OperatorWord Of(string cluster, string destination) => _words.GetValueOrDefault((cluster, destination), OperatorWord.Nothing);

    /// <summary>These with another word on one destination.</summary>
    public OperatorWords With(string cluster, string destination, OperatorWord word) =>
        new(word == OperatorWord.Nothing ? _words.Remove((cluster, destination)) : _words.SetItem((cluster, destination), word));

    /// <summary>These without those of destinations that a configuration in force has neither as it was configured nor as it was found.</summary>
    public OperatorWords Within(Snapshot snapshot) =>
        _words.Keys.Where(key => !Has(snapshot.Configured, key) && !Has(snapshot.Clusters, key)).ToArray() is { Length: > 0 } gone ? new(_words.RemoveRange(gone)) : this;

    /// <summary>Whether anything was said of a cluster's destinations.</summary>
    public bool SpeakOf(string cluster) => _words.Keys.Any(key => key.Cluster.Equals(cluster, StringComparison.OrdinalIgnoreCase));

    /// <summary>A cluster's destinations with the words in force.</summary>
    public IReadOnlyDictionary<string, DestinationConfig> Over(string cluster, IReadOnlyDictionary<string, DestinationConfig> destinations) =>
        destinations.ToDictionary(item => item.Key, item => Over(item.Value, Of(cluster, item.Key)), StringComparer.OrdinalIgnoreCase);

    private static DestinationConfig Over(DestinationConfig destination, OperatorWord word) =>
        (word.IsDrained ? 0 : word.Weight) is { } weight ? destination with { Metadata = DestinationWeight.With(destination.Metadata, weight) } : destination;

    private static bool Has(FrozenDictionary<string, ClusterSnapshot> clusters, (string Cluster, string Destination) key) =>
        clusters.GetValueOrDefault(key.Cluster)?.Config.Destinations?.ContainsKey(key.Destination) == true;

    /// <summary>Ids are the same in any case, as YARP has it.</summary>
    private sealed class IgnoreCase : IEqualityComparer<(string, string)>
    {
        public bool Equals((string, string) x, (string, string) y) =>
            x.Item1.Equals(y.Item1, StringComparison.OrdinalIgnoreCase) && x.Item2.Equals(y.Item2, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode((string, string) key) => HashCode.Combine(
            StringComparer.OrdinalIgnoreCase.GetHashCode(key.Item1), StringComparer.OrdinalIgnoreCase.GetHashCode(key.Item2));
    }
}
