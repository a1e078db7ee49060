using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>When a circuit breaker opens and for how long. Pure.</summary>
internal static class BreakerRule
{
    /// <summary>Whether what was counted opens it. A trigger that is 0 is off.</summary>
    /// <param name="options">The breaker as it is set.</param>
    /// <param name="consecutiveFailures">Failures since the last success.</param>
    /// <param name="successes">Successes in <see cref="CircuitBreakerOptions.SamplingDuration"/>.</param>
    /// <param name="failures">Failures in it.</param>
    public static bool Opens(CircuitBreakerOptions options, long consecutiveFailures, long successes, long failures)
    {
        var requests = successes + failures;

        // Divided, not multiplied: 7 / 100 is the same number as a written 0.07, but 0.07 × 100 is a little more than 7.
        return (options.ConsecutiveFailures > 0 && consecutiveFailures >= options.ConsecutiveFailures)
            || (options.FailureRatio > 0 && requests >= options.MinimumThroughput && (double)failures / requests >= options.FailureRatio);
    }

    /// <summary>
    /// How long it stays open: base × 2^times, at most the maximum, and up to a tenth more at random, so that the ambassadors of many
    /// instances do not all try at once. So at most 1.1 × <see cref="CircuitBreakerOptions.BreakDurationMax"/>.
    /// </summary>
    /// <param name="options">The breaker as it is set.</param>
    /// <param name="timesOpenedBefore">How often it opened before, in this row.</param>
    /// <param name="othersServe">Whether other destinations of the cluster serve. Where none does it does not grow: every try may end the outage.</param>
    /// <param name="random">From 0 to 1, evenly drawn.</param>
    public static TimeSpan BreakDuration(CircuitBreakerOptions options, int timesOpenedBefore, bool othersServe, double random) =>
        Backoff.Grown(options.BreakDuration, othersServe ? timesOpenedBefore : 0, options.BreakDurationMax) * (1 + (random / 10));
}
