namespace ApiAmbassador.Resilience;

/// <summary>
/// How much goes one way, and how much of it fails: to a destination, or from a route to a cluster. Counting is one interlocked increment, and reading
/// changes nothing, so that everybody who looks sees the same.
/// </summary>
/// <param name="time">The clock whose timestamps are given.</param>
internal sealed class Traffic(TimeProvider time)
{
    /// <summary>Rates are those of so long past: long enough to be steady, short enough to follow.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <summary>Who is younger has no rate worth the name, but that of a whole second.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly RollingCounts _counts = new(time);
    private readonly long _since = time.GetTimestamp();

    /// <summary>How long it has been counted.</summary>
    public TimeSpan Age => time.GetElapsedTime(_since);

    /// <summary>Counts one that goes.</summary>
    public void Count(long now) => _counts.AddFirst(Window, now);

    /// <summary>Counts one that failed; it was counted when it went.</summary>
    public void CountFailure(long now) => _counts.AddSecond(Window, now);

    /// <summary>How many went and how many failed, a second.</summary>
    public (double All, double Failed) PerSecond(long now)
    {
        var (all, failed) = _counts.Totals(Window, now);

        // Totals are of the whole window and of what the slot in which it began had before.
        var slot = time.ToTimestamp(Window) / RollingCounts.WindowSlots;
        var counted = Window + time.GetElapsedTime(0, now % slot);
        var known = time.GetElapsedTime(_since, now);
        var seconds = (known < Least ? Least : known < counted ? known : counted).TotalSeconds;
        return (all / seconds, failed / seconds);
    }
}
