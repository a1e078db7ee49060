using System.Runtime.CompilerServices;
using ApiAmbassador.Configuration;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Health;

/// <summary>
/// Judges the answers to YARP's active health checks by thresholds on both sides: so many failures in a row take a destination
/// out, so many good probes in a row bring it back. The policy where a cluster names none.
/// </summary>
internal sealed partial class ThresholdHealthPolicy(SnapshotStore snapshots, IDestinationHealthUpdater updater, ResilienceStates states, Timeline timeline, ILogger<ThresholdHealthPolicy> logger)
    : IActiveHealthCheckPolicy
{
    /// <summary>Its name in <c>HealthCheck:Active:Policy</c>.</summary>
    public const string PolicyName = "Thresholds";

    private readonly ConditionalWeakTable<DestinationState, Known> _records = [];

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <inheritdoc/>
    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        if (!snapshots.Current.Clusters.TryGetValue(cluster.ClusterId, out var settings))
        {
            return; // Removed while the probe was under way.
        }

        var verdicts = new List<NewActiveDestinationHealth>(probingResults.Count);
        foreach (var result in probingResults)
        {
            // It was the connection that was stale, not the destination that was ill.
            if (result.Exception?.InnerException is ReusedConnectionException)
            {
                continue;
            }

            var record = _records.GetOrCreateValue(result.Destination);

            // A probe for a new destination and the cluster's regular one may end at the same moment.
            lock (record)
            {
                // The same name at another address is another destination.
                var address = result.Destination.Model.Config.Address;
                var before = record.Address == address ? record.Probes : default;
                var after = settings.Probe.After(before, IsGood(settings.Probe, result));
                (record.Address, record.Probes) = (address, after);
                Tell(cluster, result, before, after);
                states.Of(cluster).Probed(result.Destination, IsGood(settings.Probe, result), settings.Probe.HealthyThreshold);
                verdicts.Add(new NewActiveDestinationHealth(
                    result.Destination, after.Healthy == true ? DestinationHealth.Healthy : DestinationHealth.Unhealthy));
            }
        }

        updater.SetActive(cluster, verdicts);
    }

    private static bool IsGood(ProbeRule rule, DestinationProbingResult result) =>
        result.Response is { } response && rule.ExpectedStatus.Contains((int)response.StatusCode);

    /// <summary>Transitions are told, not every probe.</summary>
    private void Tell(ClusterState cluster, DestinationProbingResult result, ProbeRecord before, ProbeRecord after)
    {
        if (after.Healthy == false && before.Healthy != false)
        {
            var cause = Cause(result);
            LogUnhealthy(logger, cluster.ClusterId, result.Destination.DestinationId, after.Run, cause);
            timeline.Add(TimelineKind.Health, $"{cluster.ClusterId}/{result.Destination.DestinationId}", $"unhealthy after {after.Run} failed probes in a row ({cause})");
        }
        else if (after.Healthy == true && before.Healthy == false)
        {
            LogHealthy(logger, cluster.ClusterId, result.Destination.DestinationId, after.Run);
            timeline.Add(TimelineKind.Health, $"{cluster.ClusterId}/{result.Destination.DestinationId}", $"healthy again after {after.Run} good probes in a row");
        }
    }

    private static string Cause(DestinationProbingResult result) => result switch
    {
        { Response: { } response } => $"status {(int)response.StatusCode}",
        { Exception: OperationCanceledException } => "no answer in time",
        { Exception: { } exception } => exception.Message,
        _ => "no answer",
    };

    /// <summary>What is known of a destination, and where it was then.</summary>
    private sealed class Known
    {
        public string Address { get; set; } = "";

        public ProbeRecord Probes { get; set; }
    }
}
