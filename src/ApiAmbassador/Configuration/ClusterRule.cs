using ApiAmbassador.Balancing;
using ApiAmbassador.Health;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;

namespace ApiAmbassador.Configuration;

/// <summary>What may be set in a cluster.</summary>
internal static class ClusterRule
{
    private static readonly string[] Weightless =
    [
        LoadBalancingPolicies.FirstAlphabetical, LoadBalancingPolicies.Random, LoadBalancingPolicies.RoundRobin, LoadBalancingPolicies.PowerOfTwoChoices,
    ];

    /// <summary>Whether a policy knows no weights but 0.</summary>
    public static bool IsWeightless(string policy) => Weightless.Contains(policy, StringComparer.OrdinalIgnoreCase);

    /// <summary>The policy of a cluster that names none.</summary>
    public static string DefaultPolicy(IEnumerable<DestinationConfig> destinations) =>
        DestinationWeight.Differ(destinations) ? WeightedRoundRobinPolicy.PolicyName : PeakEwmaPolicy.PolicyName;

    /// <summary>
    /// Reports everything that is wrong with it but for its destinations. Returns YARP's part without what was reported, so that YARP's
    /// validator does not say it again.
    /// </summary>
    public static ClusterConfig CheckSettings(ClusterSnapshot cluster, PolicyNames names, ErrorList errors)
    {
        var config = cluster.Config;
        CheckProbe(cluster.Probe, config, errors);
        CheckHash(cluster, errors);
        ClusterResilienceRule.Check(cluster, errors);
        DiscoveryRule.CheckSettings(cluster, errors);
        return CheckNames(config, names, errors) with { Destinations = null };
    }

    /// <summary>Reports everything that is wrong with its destinations.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="unknown">Those of its destinations that are not known to be good.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static void CheckDestinations(ClusterSnapshot cluster, IEnumerable<KeyValuePair<string, DestinationConfig>> unknown, ErrorList errors)
    {
        var config = cluster.Config;
        foreach (var (id, destination) in unknown)
        {
            if (DestinationAddress.Problem(destination.Address) is { } problem)
            {
                errors.Add(problem, [.. Path(config), "Destinations", id, "Address"]);
            }

            if (destination.Health is { Length: > 0 } health && DestinationAddress.Problem(health) is { } healthProblem)
            {
                errors.Add(healthProblem, [.. Path(config), "Destinations", id, "Health"]);
            }

            if (destination.Metadata?.TryGetValue(DestinationWeight.MetadataKey, out var text) == true && !int.TryParse(text, out _))
            {
                errors.Add($"'{text}' is not a whole number; use the setting Weight instead", [.. Path(config), "Destinations", id, "Metadata", DestinationWeight.MetadataKey]);
            }

            errors.CheckRange(DestinationWeight.Of(destination), 0.0, DestinationOptions.WeightMax, [.. Path(config), "Destinations", id, "Weight"]);
        }

        var destinations = config.Destinations!;
        if (destinations.Count > 0 && destinations.Values.All(destination => DestinationWeight.Of(destination) == 0))
        {
            errors.Add("every destination has weight 0, so none would get a request; give one a weight", [.. Path(config), "Destinations"]);
        }
        else if (DestinationWeight.Differ(destinations.Values) && config.LoadBalancingPolicy is { } policy && IsWeightless(policy))
        {
            errors.Add(
                $"the policy '{config.LoadBalancingPolicy}' takes no weights, but the destinations' differ; leave it out or use {WeightedRoundRobinPolicy.PolicyName}",
                [.. Path(config), "LoadBalancingPolicy"]);
        }

        DiscoveryRule.CheckDestinations(cluster, unknown, errors);
    }

    private static void CheckHash(ClusterSnapshot cluster, ErrorList errors)
    {
        var config = cluster.Config;
        var isHashed = ConsistentHashPolicy.PolicyName.Equals(config.LoadBalancingPolicy, StringComparison.OrdinalIgnoreCase);
        if (cluster.HashBy is not { } written)
        {
            if (isHashed)
            {
                errors.Add($"{ConsistentHashPolicy.PolicyName} needs HashBy: {HashKey.Words}", [.. Path(config), "LoadBalancingPolicy"]);
            }

            return;
        }

        if (!HashKey.TryParse(written, out _))
        {
            errors.Add($"'{written}' is unknown here; write {HashKey.Words}", [.. Path(config), "HashBy"]);
        }

        if (!isHashed)
        {
            errors.Add($"HashBy is for the policy {ConsistentHashPolicy.PolicyName}; set LoadBalancingPolicy to it, or leave HashBy out", [.. Path(config), "HashBy"]);
        }
    }

    private static void CheckProbe(ProbeRule probe, ClusterConfig config, ErrorList errors)
    {
        string[] active = [.. Path(config), "HealthCheck", "Active"];
        foreach (var (value, name) in new[] { (probe.HealthyThreshold, "HealthyThreshold"), (probe.UnhealthyThreshold, "UnhealthyThreshold") })
        {
            if (value < 1)
            {
                errors.Add($"{value} is out of range: 1 or more", [.. active, name]);
            }
        }

        foreach (var text in probe.StatusMistakes)
        {
            errors.Add($"'{text}' is not a status code or a range of them; write 200 or 200-399, from 100 to 599", [.. active, "ExpectedStatus"]);
        }

        if (config.HealthCheck?.Active?.Enabled == true
            && config.HealthCheck.Active.Policy is { } policy
            && !policy.Equals(ThresholdHealthPolicy.PolicyName, StringComparison.OrdinalIgnoreCase)
            && probe.IsSet)
        {
            errors.Add($"thresholds and statuses are for the policy {ThresholdHealthPolicy.PolicyName}, not for '{policy}'; leave the policy out", [.. active, "Policy"]);
        }
    }

    private static ClusterConfig CheckNames(ClusterConfig config, PolicyNames names, ErrorList errors)
    {
        if (IsUnknown(config.LoadBalancingPolicy, names.LoadBalancing, errors, [.. Path(config), "LoadBalancingPolicy"]))
        {
            config = config with { LoadBalancingPolicy = null };
        }

        if (config.SessionAffinity is { Enabled: true } affinity)
        {
            if (IsUnknown(affinity.Policy, names.SessionAffinity, errors, [.. Path(config), "SessionAffinity", "Policy"]))
            {
                config = config with { SessionAffinity = affinity = affinity with { Policy = null } };
            }

            if (IsUnknown(affinity.FailurePolicy, names.AffinityFailure, errors, [.. Path(config), "SessionAffinity", "FailurePolicy"]))
            {
                config = config with { SessionAffinity = affinity with { FailurePolicy = null } };
            }
        }

        return config.HealthCheck is null ? config : config with { HealthCheck = CheckHealthNames(config, config.HealthCheck, names, errors) };
    }

    private static HealthCheckConfig CheckHealthNames(ClusterConfig config, HealthCheckConfig health, PolicyNames names, ErrorList errors)
    {
        string[] path = [.. Path(config), "HealthCheck"];
        if (IsUnknown(health.AvailableDestinationsPolicy, names.AvailableDestinations, errors, [.. path, "AvailableDestinationsPolicy"]))
        {
            health = health with { AvailableDestinationsPolicy = null };
        }

        if (health.Active is { Enabled: true } active && IsUnknown(active.Policy, names.ActiveHealth, errors, [.. path, "Active", "Policy"]))
        {
            health = health with { Active = active with { Policy = null } };
        }

        if (health.Passive is { Enabled: true } passive && IsUnknown(passive.Policy, names.PassiveHealth, errors, [.. path, "Passive", "Policy"]))
        {
            health = health with { Passive = passive with { Policy = null } };
        }

        return health;
    }

    private static bool IsUnknown(string? name, IReadOnlyCollection<string> known, ErrorList errors, ReadOnlySpan<string> path)
    {
        if (string.IsNullOrEmpty(name) || known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        errors.Add($"there is no policy '{name}'{Nearest.Hint(name, known)}", path);
        return true;
    }

    private static string[] Path(ClusterConfig config) => ["ReverseProxy", "Clusters", config.ClusterId];
}
