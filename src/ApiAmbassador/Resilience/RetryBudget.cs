using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>
/// How many retries one cluster has left, so that retries cannot bring down what is only slow: in any window at most
/// <see cref="RetryBudgetOptions.Ratio"/> × its requests + <see cref="RetryBudgetOptions.MinPerSecond"/> × its seconds. So it starts full.
/// </summary>
/// <remarks>
/// The window may begin anywhere; its requests are those of <see cref="RetryBudgetOptions.Window"/> and of the tenth of it before,
/// because requests are counted in slots of that length.
/// </remarks>
internal sealed class RetryBudget(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly RollingCounts _counts = new(time);

    /// <summary>Counts a request, which brings <see cref="RetryBudgetOptions.Ratio"/> retries. Its retries are no requests.</summary>
    /// <param name="options">The budget as it is set now.</param>
    /// <param name="now">A timestamp of the clock, just read.</param>
    public void Deposit(RetryBudgetOptions options, long now) => _counts.AddFirst(options.Window, now);

    /// <summary>Takes a retry from the budget; false if there is none left.</summary>
    /// <inheritdoc cref="Deposit"/>
    public bool TryWithdraw(RetryBudgetOptions options, long now)
    {
        // Looking and taking are one step, or two threads would take the last one twice. Retries are rare enough for a lock.
        lock (_lock)
        {
            if (Left(options, now) < 1)
            {
                return false;
            }

            _counts.AddSecond(options.Window, now);
            return true;
        }
    }

    /// <summary>Retries that could be taken now; below 1 there is none.</summary>
    /// <inheritdoc cref="Deposit"/>
    public double Left(RetryBudgetOptions options, long now)
    {
        var (requests, retries) = _counts.Totals(options.Window, now);
        return Math.Max(0, (options.Ratio * requests) + (options.MinPerSecond * options.Window.TotalSeconds) - retries);
    }
}
