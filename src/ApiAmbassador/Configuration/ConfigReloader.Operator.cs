using ApiAmbassador.Balancing;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>The operator's hand on the control path: what he says of a destination is one more source, applied by the same writer.</summary>
internal sealed partial class ConfigReloader
{
    /// <summary>Puts an operator's word on a destination in force, at once and over every configuration to come.</summary>
    /// <param name="cluster">The cluster's id.</param>
    /// <param name="destination">The destination's id.</param>
    /// <param name="by">Who says it, as far as that is known; never a secret.</param>
    /// <param name="change">The new word from the old.</param>
    /// <returns>What holds now, or the id that is unknown.</returns>
    public async Task<OperatorAnswer> SayAsync(string cluster, string destination, string by, Func<OperatorWord, OperatorWord> change)
    {
        await _writer.WaitAsync();
        try
        {
            var current = snapshots.Current;
            if (!current.Configured.TryGetValue(cluster, out var configured))
            {
                return new($"there is no cluster '{cluster}'{Nearest.Hint(cluster, current.Configured.Keys)}");
            }

            // What is configured, and what was found: a word on a name holds for all its addresses.
            var found = DestinationLayers.Lay(configured, current.Found.GetValueOrDefault(cluster), OperatorWords.None);
            var names = found.Keys.Union(configured.Config.Destinations!.Keys, StringComparer.OrdinalIgnoreCase).ToList();
            if (!configured.Config.Destinations.TryGetValue(destination, out var known) && !found.TryGetValue(destination, out known))
            {
                return new($"cluster '{cluster}' has no destination '{destination}'{Nearest.Hint(destination, names)}");
            }

            // As they are written, whatever case they were said in: they go into the log and the timeline.
            cluster = configured.Config.ClusterId;
            destination = names.First(name => name.Equals(destination, StringComparison.OrdinalIgnoreCase));
            var before = current.Words.Of(cluster, destination);
            var word = change(before);
            var weight = word.IsDrained ? 0 : word.Weight ?? DestinationWeight.Of(known);
            var next = current;
            if (word != before)
            {
                next = PutInForce(current with { Words = current.Words.With(cluster, destination, word) }, current);
                var text = Sentence(word, weight, by);
                LogSaid(logger, cluster, destination, text);
                timeline.Add(TimelineKind.Operator, $"{cluster}/{destination}", text); // Still in turn: told in the order in which it came into force.
            }

            return new(Unknown: null, word, weight, Warning(next.Clusters[cluster].Config, weight));
        }
        finally
        {
            _writer.Release();
        }
    }

    private static string Sentence(OperatorWord word, double weight, string by) =>
        word.IsDrained ? $"drained by {by}: it gets no new request"
        : word.Weight is not null ? $"weight {weight}, set by {by}"
        : $"as configured again, by {by}: weight {weight}";

    private static string? Warning(ClusterConfig cluster, double weight) =>
        weight > 0 && cluster.LoadBalancingPolicy is { } policy && ClusterRule.IsWeightless(policy) && DestinationWeight.Differ(cluster.Destinations!.Values)
            ? $"the cluster's policy {policy} takes no weight but 0; with {WeightedRoundRobinPolicy.PolicyName}, or none named, requests are shared by weight"
            : null;

    [LoggerMessage(1051, LogLevel.Information, "Destination {Cluster}/{Destination}: {Text}")]
    private static partial void LogSaid(ILogger logger, string cluster, string destination, string text);
}
