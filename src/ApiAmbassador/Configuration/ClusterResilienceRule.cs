using ApiAmbassador.Forwarding;

namespace ApiAmbassador.Configuration;

/// <summary>
/// What may be set in a cluster for the case that its destinations fail: <c>ConnectTimeout</c>, <c>CircuitBreaker</c>, <c>Outlier</c>,
/// <c>SlowStart</c>, <c>PanicRatio</c>, <c>RetryBudget</c> and <c>Limits</c>.
/// </summary>
internal static class ClusterResilienceRule
{
    private const int Million = 1_000_000;

    private static readonly TimeSpan
        Instant = TimeSpan.FromTicks(1), OneSecond = TimeSpan.FromSeconds(1), OneMinute = TimeSpan.FromMinutes(1), OneHour = TimeSpan.FromHours(1),
        OneDay = TimeSpan.FromDays(1);

    /// <summary>Reports everything that is wrong with it.</summary>
    public static void Check(ClusterSnapshot cluster, ErrorList errors)
    {
        string[] path = ["ReverseProxy", "Clusters", cluster.Config.ClusterId];
        if (cluster.Config.Metadata?.TryGetValue(ConnectTimeout.MetadataKey, out var text) == true && !ConnectTimeout.TryParse(text, out _))
        {
            errors.Add($"'{text}' is not a duration; use the setting ConnectTimeout instead", [.. path, "Metadata", ConnectTimeout.MetadataKey]);
        }

        errors.CheckRange(cluster.ConnectTimeout, Instant, OneMinute, [.. path, "ConnectTimeout"], "above zero, to one minute");
        CheckBreaker(cluster.CircuitBreaker, [.. path, "CircuitBreaker"], errors);
        CheckOutlier(cluster.Outlier, [.. path, "Outlier"], errors);
        errors.CheckRange(cluster.SlowStart, TimeSpan.Zero, OneHour, [.. path, "SlowStart"], "zero to one hour");
        errors.CheckRange(cluster.PanicRatio, 0, 1, [.. path, "PanicRatio"]);
        CheckBudget(cluster.RetryBudget, [.. path, "RetryBudget"], errors);
        CheckLimits(cluster.Limits, [.. path, "Limits"], errors);
    }

    private static void CheckBreaker(CircuitBreakerOptions breaker, string[] path, ErrorList errors)
    {
        errors.CheckRange(breaker.ConsecutiveFailures, 0, 10_000, [.. path, "ConsecutiveFailures"]);
        errors.CheckRange(breaker.FailureRatio, 0, 1, [.. path, "FailureRatio"]);
        errors.CheckRange(breaker.MinimumThroughput, 1, Million, [.. path, "MinimumThroughput"]);
        errors.CheckRange(breaker.SamplingDuration, OneSecond, OneHour, [.. path, "SamplingDuration"], "one second to one hour");
        if (errors.CheckRange(breaker.BreakDuration, TimeSpan.FromMilliseconds(500), OneDay, [.. path, "BreakDuration"], "half a second to one day")
            & errors.CheckRange(breaker.BreakDurationMax, TimeSpan.Zero, OneDay, [.. path, "BreakDurationMax"], "BreakDuration to one day")
            && breaker.BreakDurationMax < breaker.BreakDuration)
        {
            errors.Add(
                $"{breaker.BreakDurationMax:c} is below BreakDuration ({breaker.BreakDuration:c}), which grows to it; raise it or lower BreakDuration",
                [.. path, "BreakDurationMax"]);
        }
    }

    private static void CheckOutlier(OutlierOptions outlier, string[] path, ErrorList errors)
    {
        errors.CheckRange(outlier.ConsecutiveErrors, 0, 10_000, [.. path, "ConsecutiveErrors"]);
        errors.CheckRange(outlier.ErrorRatio, 0, 1, [.. path, "ErrorRatio"]);
        if (outlier.SlowFactor != 0)
        {
            errors.CheckRange(outlier.SlowFactor, 2.0, 1000, [.. path, "SlowFactor"]);
        }

        errors.CheckRange(outlier.Interval, TimeSpan.FromMilliseconds(100), OneHour, [.. path, "Interval"], "100 ms to one hour");
        errors.CheckRange(outlier.BaseEjection, TimeSpan.FromMilliseconds(100), OneDay, [.. path, "BaseEjection"], "100 ms to one day");
        errors.CheckRange(outlier.MaxEjectedHosts ?? 0, 0, 10_000, [.. path, "MaxEjectedHosts"]);
    }

    private static void CheckBudget(RetryBudgetOptions budget, string[] path, ErrorList errors)
    {
        errors.CheckRange(budget.Ratio, 0, 10, [.. path, "Ratio"]);
        errors.CheckRange(budget.MinPerSecond, 0, Million, [.. path, "MinPerSecond"]);
        errors.CheckRange(budget.Window, OneSecond, OneHour, [.. path, "Window"], "one second to one hour");
    }

    private static void CheckLimits(LimitsOptions limits, string[] path, ErrorList errors)
    {
        errors.CheckRange(limits.MaxConcurrentRequests ?? 1, 1, Million, [.. path, "MaxConcurrentRequests"]);
        errors.CheckRange(limits.MaxConcurrentRequestsPerDestination ?? 1, 1, Million, [.. path, "MaxConcurrentRequestsPerDestination"]);
        errors.CheckRange(limits.QueueTimeout, Instant, OneHour, [.. path, "QueueTimeout"], "above zero, to one hour");
        if (errors.CheckRange(limits.MaxQueuedRequests, 0, Million, [.. path, "MaxQueuedRequests"])
            && limits is { MaxQueuedRequests: > 0, MaxConcurrentRequests: null, MaxConcurrentRequestsPerDestination: null })
        {
            errors.Add("nothing waits where nothing is limited; set MaxConcurrentRequests or MaxConcurrentRequestsPerDestination", [.. path, "MaxQueuedRequests"]);
        }
    }
}
