using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>What is remembered of a cluster from request to request: its budget, its limit, and its destinations' breakers.</summary>
internal sealed partial class ClusterResilience(
    ClusterState cluster,
    Standings standings,
    IClusterDestinationsUpdater availability,
    IMeterFactory meters,
    TimeProvider time,
    Random random,
    Timeline timeline,
    ILogger logger) : IDisposable
{
    private readonly ConditionalWeakTable<DestinationState, DestinationResilience> _destinations = [];
    private readonly Lock _opening = new();

    /// <summary>Those whose breaker is open; replaced, never changed. As long as it is empty requests look no further.</summary>
    private volatile DestinationResilience[] _open = [];

    /// <summary>What the limit was last told of: these destinations, less these.</summary>
    private volatile Tuple<IReadOnlyList<DestinationState>?, DestinationResilience[]> _usable = new(null, []);

    private readonly RecentLists<Pool> _pools = new();
    private readonly RecentLists<UnbrokenList> _unbroken = new();

    private IReadOnlyList<DestinationState> Available => cluster.DestinationsState.AvailableDestinations;

    /// <summary>The retries that are left.</summary>
    public RetryBudget Budget { get; } = new(time);

    /// <summary>The requests under way, and those that wait.</summary>
    public ConcurrencyLimit Limit { get; } = new(time);

    /// <summary>What came of its requests.</summary>
    public ClusterCounts Counts { get; } = new();

    /// <summary>How long its attempts take, and how long requests wait.</summary>
    public ClusterTimes Times { get; } = new(meters, cluster.ClusterId);

    /// <summary>The requests that come from each route.</summary>
    public RouteTraffic Routes { get; } = new(time);

    /// <summary>Its destinations by priority.</summary>
    public PriorityGroups Priorities { get; } = new();

    /// <summary>Whether any breaker is open.</summary>
    public bool HasOpen => _open.Length > 0;

    /// <summary>How many destinations that are healthy have an open breaker.</summary>
    public int OpenCount => HasOpen ? cluster.DestinationsState.AvailableDestinations.Count(IsOpen) : 0;

    /// <summary>How long until the first of the open breakers lets a request through.</summary>
    public TimeSpan TimeToTrial => cluster.DestinationsState.AvailableDestinations.Select(destination => Of(destination).Breaker.TimeToTrial).DefaultIfEmpty().Min();

    /// <summary>
    /// Whether some destination would be asked: one that is healthy and whose breaker is not open, or one that is open without refusing
    /// connections, as the last one is always asked.
    /// </summary>
    public bool CanServe
    {
        get
        {
            var available = cluster.DestinationsState.AvailableDestinations;
            if (!HasOpen)
            {
                return available.Count > 0;
            }

            foreach (var destination in available)
            {
                if (Of(destination).Breaker is { IsOpen: false } or { IsRefusing: false })
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// What is remembered of a destination. It belongs to the address: the same name at another address is another destination, and
    /// starts anew.
    /// </summary>
    public DestinationResilience Of(DestinationState destination)
    {
        var address = destination.Model.Config.Address;
        if (_destinations.TryGetValue(destination, out var known) && (ReferenceEquals(known.Address, address) || known.Address == address))
        {
            return known;
        }

        lock (_opening)
        {
            if (!_destinations.TryGetValue(destination, out known) || known.Address != address)
            {
                var record = new OutcomeRecord(time);
                known = new DestinationResilience(destination, standings.Of(destination), record, new Breaker(time, random, record), new LatencyEstimate(time)) { Traffic = new Traffic(time) };
                _destinations.AddOrUpdate(destination, known);
                _open = [.. _open.Where(open => !ReferenceEquals(open.State, destination))];
            }

            return known;
        }
    }

    /// <summary>Destinations that balancing chooses among, with what is remembered of them.</summary>
    public Pool PoolOf(IReadOnlyList<DestinationState> available) => _pools.Of(available, this, static (cluster, list) => cluster.MakePool(list));

    /// <summary>Destinations less those whose breaker refuses now.</summary>
    public IReadOnlyList<DestinationState> Unbroken(IReadOnlyList<DestinationState> available) =>
        HasOpen ? _unbroken.Of(available, this, static (_, list) => new UnbrokenList(list)).Less(_open, time.GetTimestamp()) : available;

    /// <summary>
    /// What the other destinations take for headers on average, in seconds; 0 where that is not known. What failures made of one is not what it takes: two that fail
    /// by turns would drive each other up without end.
    /// </summary>
    public double LatencyOfOthers(DestinationResilience destination)
    {
        var (sum, count) = (0.0, 0);
        foreach (var other in Available)
        {
            if (!ReferenceEquals(other, destination.State) && Of(other).Latency is { IsKnown: true, HasFailed: false } latency)
            {
                sum += latency.Level;
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }

    /// <summary>Admits a request to the cluster: <see cref="ConcurrencyLimit.EnterAsync"/>, with the destinations that can be picked now.</summary>
    public ValueTask<bool> EnterAsync(LimitsOptions options, CancellationToken cancellationToken)
    {
        if (options.MaxConcurrentRequestsPerDestination is not null && (_usable.Item1 != Available || _usable.Item2 != _open))
        {
            lock (_opening)
            {
                RefreshLimitLocked();
            }
        }

        return Limit.EnterAsync(options, cancellationToken);
    }

    /// <summary>Takes how an attempt went into its destination's record, by which its breaker may open, or else it may be ejected.</summary>
    public void Report(DestinationResilience destination, ClusterSnapshot settings, Admission admission, in Outcome outcome, Failure? failure)
    {
        var change = destination.Breaker.Report(
            settings.CircuitBreaker, admission, outcome, outcome.Verdict == Verdict.Failure && OthersServe(destination.State));
        if (change != BreakerChange.None)
        {
            Refresh();
            Tell(change, destination, Cause(failure), destination.Breaker.TimeToTrial.TotalSeconds);
            if (change == BreakerChange.Closed)
            {
                destination.Standing.WarmsSince = time.GetTimestamp();
                Interlocked.Increment(ref _comebacks);
            }
        }
        else if (outcome.Verdict != Verdict.Neutral && (outcome.IsError || outcome.IsSlow))
        {
            Compare(destination, settings);
        }
    }

    private void Tell(BreakerChange change, DestinationResilience destination, string cause, double pause)
    {
        var id = destination.State.DestinationId;
        var subject = $"{cluster.ClusterId}/{id}";
        switch (change)
        {
            case BreakerChange.Closed:
                LogClosed(logger, cluster.ClusterId, id);
                timeline.Add(TimelineKind.Breaker, subject, "circuit closed: a trial request was answered");
                break;
            case BreakerChange.Reopened:
                LogReopened(logger, cluster.ClusterId, id, cause, pause);
                timeline.Add(TimelineKind.Breaker, subject, $"circuit stays open: {cause}; the next request is let through in {pause:0.#} s");
                break;
            default:
                destination.Counts.Openings.Add();
                LogOpened(logger, cluster.ClusterId, id, cause, pause);
                timeline.Add(TimelineKind.Breaker, subject, $"circuit opened: {cause}; one request is let through in {pause:0.#} s");
                break;
        }
    }

    /// <summary>
    /// Looks which breakers are open. Those of destinations that have left the cluster are forgotten with them. Who is new is remembered with his first
    /// request: of a large configuration most never have one.
    /// </summary>
    public void Refresh()
    {
        lock (_opening)
        {
            _open = [.. cluster.DestinationsState.AllDestinations.Where(IsOpen).Select(Of)];
            if (_usable.Item1 is not null)
            {
                RefreshLimitLocked();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Times.Dispose();

    /// <summary>Says to the limit whom it can count on; who waits for somebody new goes on.</summary>
    private void RefreshLimitLocked()
    {
        _usable = new(Available, _open);
        Limit.Use([.. Available.Where(destination => !IsOpen(destination)).Select(destination => Of(destination).Slots)]);
    }

    private Pool MakePool(IReadOnlyList<DestinationState> available)
    {
        var members = new PoolMember[available.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var known = Of(available[i]);
            members[i] = new PoolMember(available[i], known.Latency, known.Weight);
        }

        return new Pool(members);
    }

    private static string Cause(Failure? failure) => failure?.Reason?.Name ?? "gateway_error";

    private bool IsOpen(DestinationState destination) =>
        _destinations.TryGetValue(destination, out var known) && known.Address == destination.Model.Config.Address && known.Breaker.IsOpen;

    private bool OthersServe(DestinationState destination)
    {
        foreach (var other in cluster.DestinationsState.AvailableDestinations)
        {
            if (!ReferenceEquals(other, destination) && !IsOpen(other))
            {
                return true;
            }
        }

        return false;
    }
}
