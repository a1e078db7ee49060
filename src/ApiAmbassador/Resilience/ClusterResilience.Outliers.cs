using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>Who does worse than the others is ejected for a while, and whoever comes back gets requests by and by.</summary>
internal sealed partial class ClusterResilience
{
    /// <summary>How often somebody came back whose breaker was open, and warms up since. Who comes otherwise makes other groups.</summary>
    private volatile int _comebacks;

    private long _usualAt = long.MinValue;
    private double _usual;

    /// <summary>How many destinations are ejected.</summary>
    public int EjectedCount => cluster.DestinationsState.AllDestinations.Count(destination => standings.Of(destination).Ejection is not null);

    /// <summary>The seconds from which an answer is slow beside what the middle one of the destinations takes, which is looked up once an interval.</summary>
    /// <param name="options">As it is set.</param>
    /// <param name="now">A timestamp of the clock.</param>
    public double SlowFrom(OutlierOptions options, long now)
    {
        var at = Volatile.Read(ref _usualAt);
        if (now >= at && Interlocked.CompareExchange(ref _usualAt, now + time.ToTimestamp(options.Interval), at) == at)
        {
            double[] levels = [.. Available.Select(destination => Of(destination).Latency).Where(latency => latency is { IsKnown: true, HasFailed: false }).Select(latency => latency.Level).Order()];
            Volatile.Write(ref _usual, levels.Length > 1 ? levels[(levels.Length - 1) / 2] : 0);
        }

        return OutlierRule.SlowFrom(options, Volatile.Read(ref _usual));
    }

    /// <summary>Whether a picked destination takes the request: one that warms up takes a growing share of its own, beside those that are the warmest.</summary>
    public bool TakesShare(DestinationResilience picked, IReadOnlyList<DestinationState> candidates, TimeSpan slowStart)
    {
        if (picked.Standing.WarmsSince == 0)
        {
            return true;
        }

        var (own, warmest) = (ShareOf(picked.Standing, slowStart), 0.0);
        for (var i = 0; i < candidates.Count && own < 1; i++)
        {
            warmest = Math.Max(warmest, ShareOf(standings.Of(candidates[i]), slowStart));
        }

        return own >= 1 || random.NextDouble() * warmest < own;
    }

    /// <summary>Whether a destination is neither ejected nor cut off.</summary>
    public bool IsUsable(DestinationState destination) => !IsOpen(destination) && standings.Of(destination).Ejection is null;

    /// <summary>The group of destinations that a request goes to first.</summary>
    public int FirstGroup(ReadOnlySpan<PriorityGroup> groups, TimeSpan slowStart)
    {
        Span<double> carries = groups.Length <= 16 ? stackalloc double[groups.Length] : new double[groups.Length];
        for (var i = 0; i < groups.Length; i++)
        {
            carries[i] = SpillRule.Carries(Usable(groups[i], slowStart), groups[i].Needed);
            if (carries[i] == 1)
            {
                carries = carries[..(i + 1)];
                break;
            }
        }

        return carries.Length == 1 ? 0 : SpillRule.Pick(carries, random.NextDouble());
    }

    /// <summary>A good or bad probe of a destination. So many good ones in a row since it was ejected bring it back.</summary>
    public void Probed(DestinationState destination, bool isGood, int healthyThreshold)
    {
        if (standings.Of(destination) is not { Ejection: { } ejection } standing)
        {
            return;
        }

        ejection.GoodProbes = isGood ? ejection.GoodProbes + 1 : 0;
        if (ejection.GoodProbes >= healthyThreshold)
        {
            Readmit(destination, standing, ejection, $"after {ejection.GoodProbes} good probes");
        }
    }

    /// <summary>One whose break is over counts: somebody has to try it. As long as nobody warms up nobody is looked at, as there may be a thousand.</summary>
    private double Usable(PriorityGroup group, TimeSpan slowStart)
    {
        var (comebacks, serving) = (_comebacks, Unbroken(group.Available));
        if (group.WarmAt == comebacks)
        {
            return serving.Count;
        }

        var usable = 0.0;
        for (var i = 0; i < serving.Count; i++)
        {
            usable += ShareOf(standings.Of(serving[i]), slowStart);
        }

        if (usable == group.Available.Count)
        {
            group.WarmAt = comebacks;
        }

        return usable;
    }

    private double ShareOf(Standing standing, TimeSpan slowStart)
    {
        if (standing.WarmsSince is not (not 0 and var since))
        {
            return 1;
        }

        var share = WarmUp.Share(time.GetElapsedTime(since), slowStart);
        standing.WarmsSince = share < 1 ? since : 0;
        return share;
    }

    /// <summary>Holds a destination's record against the others', at a row of errors and once an interval.</summary>
    private void Compare(DestinationResilience destination, ClusterSnapshot settings)
    {
        var (outlier, record, now) = (settings.Outlier, destination.Record, time.GetTimestamp());
        if (destination.Breaker.IsOpen || destination.Standing.Ejection is not null
            || (!OutlierRule.IsRow(outlier, record.ConsecutiveErrors) && !destination.IsTimeToLook(now, now + time.ToTimestamp(outlier.Interval))))
        {
            return;
        }

        var window = settings.CircuitBreaker.SamplingDuration;
        OutcomeTotals[] others = [.. Available.Where(other => !ReferenceEquals(other, destination.State) && IsUsable(other)).Select(other => Of(other).Record.Totals(window, now))];
        if (OutlierRule.Cause(outlier, settings.CircuitBreaker.MinimumThroughput, record.ConsecutiveErrors, record.Totals(window, now), others) is { } cause)
        {
            Eject(destination, outlier, cause, now);
        }
    }

    private void Eject(DestinationResilience destination, OutlierOptions options, string cause, long now)
    {
        var standing = destination.Standing;
        TimeSpan pause;
        Ejection ejection;
        lock (_opening)
        {
            var hosts = cluster.DestinationsState.AllDestinations.Count(host => DestinationWeight.Of(host.Model.Config) > 0);
            if (standing.Ejection is not null || EjectedCount >= OutlierRule.EjectedMax(options, hosts) || !Available.Any(other => !ReferenceEquals(other, destination.State) && IsUsable(other)))
            {
                return;
            }

            var (count, backSince) = standing.Times;
            count = OutlierRule.TimesLeft(options, count, time.GetElapsedTime(backSince, now)) + 1;
            pause = OutlierRule.Ejection(options, count);
            standing.Times = (count, backSince);
            standing.Ejection = ejection = new Ejection(time.GetUtcNow() + pause, cause, now);
        }

        availability.UpdateAvailableDestinations(cluster);
        LogEjected(logger, cluster.ClusterId, destination.State.DestinationId, pause.TotalSeconds, cause);
        timeline.Add(TimelineKind.Outlier, $"{cluster.ClusterId}/{destination.State.DestinationId}", $"ejected for {pause.TotalSeconds:0.#} s: {cause}");
        _ = ReadmitAsync(destination, ejection, pause);
    }

    private async Task ReadmitAsync(DestinationResilience destination, Ejection ejection, TimeSpan pause)
    {
        await Task.Delay(pause, time);
        Readmit(destination.State, destination.Standing, ejection, $"after {pause.TotalSeconds:0.#} s");
    }

    /// <summary>Lets it in again, with an empty record, unless somebody else has.</summary>
    private void Readmit(DestinationState destination, Standing standing, Ejection ejection, string how)
    {
        lock (_opening)
        {
            if (!ReferenceEquals(standing.Ejection, ejection))
            {
                return;
            }

            standing.Ejection = null;
            standing.Times = (standing.Times.Count, time.GetTimestamp());
        }

        if (!ReferenceEquals(standings.Of(destination), standing) || !cluster.Destinations.Values.Contains(destination))
        {
            return; // It has left meanwhile, or moved.
        }

        Of(destination).Record.Clear();
        availability.UpdateAvailableDestinations(cluster);
        LogReadmitted(logger, cluster.ClusterId, destination.DestinationId, how);
        timeline.Add(TimelineKind.Outlier, $"{cluster.ClusterId}/{destination.DestinationId}", $"let in again {how}");
    }
}
