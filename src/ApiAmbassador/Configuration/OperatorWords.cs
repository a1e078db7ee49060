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

    /// <summary>A configuration with the words in force, and with those forgotten whose destination is not in it.</summary>
    public Snapshot Over(Snapshot snapshot)
    {
        var gone = _words.Keys.Where(key => snapshot.Configured.GetValueOrDefault(key.Cluster)?.Config.Destinations?.ContainsKey(key.Destination) != true);
        var words = new OperatorWords(_words.RemoveRange(gone));
        var spokenOf = words._words.Keys.Select(key => key.Cluster).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return snapshot with
        {
            Words = words,
            Clusters = spokenOf.Count == 0
                ? snapshot.Configured
                : snapshot.Configured.ToFrozenDictionary(
                    item => item.Key, item => spokenOf.Contains(item.Key) ? words.Over(item.Value) : item.Value, StringComparer.OrdinalIgnoreCase),
        };
    }

    private ClusterSnapshot Over(ClusterSnapshot cluster)
    {
        var destinations = cluster.Config.Destinations!.ToDictionary(
            item => item.Key, item => Over(item.Value, Of(cluster.Config.ClusterId, item.Key)), StringComparer.OrdinalIgnoreCase);
        return cluster with
        {
            Config = cluster.Config with
            {
                Destinations = destinations,
                // As where the configuration itself has weights: who names no policy gets the one that keeps to them.
                LoadBalancingPolicy = cluster.Config.LoadBalancingPolicy ?? (DestinationWeight.Differ(destinations.Values) ? WeightedRoundRobinPolicy.PolicyName : null),
            },
        };
    }

    private static DestinationConfig Over(DestinationConfig destination, OperatorWord word) =>
        (word.IsDrained ? 0 : word.Weight) is not { } weight
            ? destination
            : destination with
            {
                Metadata = new Dictionary<string, string>(destination.Metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase)
                {
                    [DestinationWeight.MetadataKey] = weight.ToString(),
                },
            };

    /// <summary>Ids are the same in any case, as YARP has it.</summary>
    private sealed class IgnoreCase : IEqualityComparer<(string, string)>
    {
        public bool Equals((string, string) x, (string, string) y) =>
            x.Item1.Equals(y.Item1, StringComparison.OrdinalIgnoreCase) && x.Item2.Equals(y.Item2, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode((string, string) key) => HashCode.Combine(
            StringComparer.OrdinalIgnoreCase.GetHashCode(key.Item1), StringComparer.OrdinalIgnoreCase.GetHashCode(key.Item2));
    }
}
