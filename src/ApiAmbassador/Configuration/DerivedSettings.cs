using ApiAmbassador.Balancing;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Health;

namespace ApiAmbassador.Configuration;

/// <summary>
/// Settings that nobody wrote and whose value depends on others: read from the snapshot that was made of them, so that what
/// <c>explain</c> shows is what is in force and not a second opinion.
/// </summary>
internal static class DerivedSettings
{
    /// <summary>By path: the value, and why it is not simply a default (empty where it is).</summary>
    public static Dictionary<string, (IReadOnlyList<string> Values, string Why)> Of(Snapshot snapshot, ConfigNode root)
    {
        var derived = new Dictionary<string, (IReadOnlyList<string>, string)>(StringComparer.OrdinalIgnoreCase);
        if (root.Find("Kestrel", "Endpoints") is null)
        {
            derived["Ambassador:Listen"] = (AmbassadorOptions.DefaultListen, "");
        }

        foreach (var route in snapshot.Routes.Keys)
        {
            derived[$"ReverseProxy:Routes:{route}:Retry:On"] = (RetryOptions.DefaultOn, "");
        }

        foreach (var cluster in snapshot.Clusters.Values)
        {
            Add(cluster, $"ReverseProxy:Clusters:{cluster.Config.ClusterId}", derived);
        }

        return derived;
    }

    private static void Add(ClusterSnapshot cluster, string path, Dictionary<string, (IReadOnlyList<string>, string)> derived)
    {
        var config = cluster.Config;
        if (cluster.Discovery.Dns is { Port: null } dns)
        {
            derived[$"{path}:Discovery:Dns:Port"] = ([dns.PortOrDefault.ToString()], "");
        }

        derived[$"{path}:LoadBalancingPolicy"] = ([config.LoadBalancingPolicy!], config.LoadBalancingPolicy == WeightedRoundRobinPolicy.PolicyName ? "weights differ" : "");

        if (config.Metadata?.ContainsKey(ConnectTimeout.MetadataKey) == true)
        {
            derived[$"{path}:ConnectTimeout"] = ([ConnectTimeout.ToText(cluster.ConnectTimeout)], "from Metadata");
        }

        if (config.HealthCheck?.AvailableDestinationsPolicy is { } available)
        {
            derived[$"{path}:HealthCheck:AvailableDestinationsPolicy"] = ([available], "");
        }

        if (config.HealthCheck?.Active?.Policy is not { } active)
        {
            return;
        }

        derived[$"{path}:HealthCheck:Active:Policy"] = ([active], "");
        if (active.Equals(ThresholdHealthPolicy.PolicyName, StringComparison.OrdinalIgnoreCase))
        {
            derived[$"{path}:HealthCheck:Active:HealthyThreshold"] = ([cluster.Probe.HealthyThreshold.ToString()], "");
            derived[$"{path}:HealthCheck:Active:UnhealthyThreshold"] =
                ([cluster.Probe.UnhealthyThreshold.ToString()], config.Metadata?.ContainsKey(SnapshotBuilder.YarpThresholdKey) == true ? "from Metadata" : "");
            derived[$"{path}:HealthCheck:Active:ExpectedStatus"] = (ProbeRule.DefaultStatus, "");
        }
    }
}
