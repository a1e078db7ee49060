using ApiAmbassador.Resilience;

namespace ApiAmbassador.Configuration;

/// <summary>What may be set in <c>Retry</c> of a route.</summary>
internal static class RetrySettingsRule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1), OneDay = TimeSpan.FromDays(1);

    /// <summary>Reports everything that is wrong with it.</summary>
    public static void Check(RouteSnapshot route, Snapshot snapshot, ErrorList errors)
    {
        var retry = route.Retry;
        string[] path = ["ReverseProxy", "Routes", route.Config.RouteId, "Retry"];
        errors.CheckRange(retry.MaxAttempts, 1, RetryOptions.AttemptsMax, [.. path, "MaxAttempts"]);
        errors.CheckRange(retry.BodyBytesMax, 0, RetryOptions.BodyBytesLimit, [.. path, "BodyBytesMax"]);
        CheckOn(retry.On ?? [], path, errors);
        CheckTimeouts(route, snapshot, path, errors);
        CheckBackoff(retry, path, errors);
    }

    private static void CheckOn(IReadOnlyList<string> on, string[] path, ErrorList errors)
    {
        RetryOn.Parse(on, out var mistakes);
        for (var i = 0; i < on.Count; i++)
        {
            if (mistakes.Contains(on[i], StringComparer.Ordinal))
            {
                // The word nearest to 4xx would be 5xx, which is not what was meant.
                var wayOut = on[i] is [>= '0' and <= '9', ..]
                    ? $"; statuses are from {RetryOn.StatusMin} to {RetryOn.StatusMax}, as 507, 520-530 or 5xx"
                    : Nearest.Hint(on[i], RetryOn.Words);
                errors.Add($"'{on[i]}' is no failure after which to try again{wayOut}", [.. path, "On", i.ToString()]);
            }
        }
    }

    private static void CheckTimeouts(RouteSnapshot route, Snapshot snapshot, string[] path, ErrorList errors)
    {
        const string range = "above zero, to one day";
        var total = route.Retry.TotalTimeout ?? OneDay; // No longer than a day is PerAttemptTimeout either.
        var isTotalGood = errors.CheckRange(total, TimeSpan.FromTicks(1), OneDay, [.. path, "TotalTimeout"], range);
        if (route.Retry.PerAttemptTimeout is not { } attempt || !errors.CheckRange(attempt, TimeSpan.FromTicks(1), OneDay, [.. path, "PerAttemptTimeout"], range))
        {
            return;
        }

        if (isTotalGood && attempt > total)
        {
            errors.Add($"{attempt:c} is longer than TotalTimeout ({total:c}), which all attempts share; shorten it or raise TotalTimeout", [.. path, "PerAttemptTimeout"]);
        }

        foreach (var id in route.Split?.Sides.Select(side => side.ClusterId) ?? [route.Config.ClusterId ?? ""])
        {
            if (snapshot.Clusters.TryGetValue(id, out var cluster)
                && cluster.CircuitBreaker is { FailureRatio: > 0, SamplingDuration: var sampling }
                && attempt > sampling)
            {
                errors.Add(
                    $"{attempt:c} is longer than what the circuit breakers of cluster '{id}' look at ({sampling:c}), so that they could not see its timeouts together; "
                        + "shorten it or raise the cluster's CircuitBreaker:SamplingDuration",
                    [.. path, "PerAttemptTimeout"]);
            }
        }
    }

    private static void CheckBackoff(RetryOptions retry, string[] path, ErrorList errors)
    {
        const string range = "zero to one minute";
        if (errors.CheckRange(retry.BackoffBase, TimeSpan.Zero, OneMinute, [.. path, "BackoffBase"], range)
            & errors.CheckRange(retry.BackoffMax, TimeSpan.Zero, OneMinute, [.. path, "BackoffMax"], range)
            && retry.BackoffMax < retry.BackoffBase)
        {
            errors.Add($"{retry.BackoffMax:c} is below BackoffBase ({retry.BackoffBase:c}); raise it or lower BackoffBase", [.. path, "BackoffMax"]);
        }
    }
}
