using System.Runtime.CompilerServices;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// A destination that leaves its cluster, or whose address changes under its name, gets no new request: YARP sees to that. What it has may
/// finish within <c>DrainTimeout</c>; when nothing is under way any more, or the time is over, its connections are closed.
/// </summary>
internal sealed partial class RemovedDestinations(
    SnapshotStore snapshots, DestinationConnections connections, IHostApplicationLifetime lifetime, TimeProvider time, Timeline timeline, ILogger<RemovedDestinations> logger)
    : IClusterChangeListener
{
    /// <summary>How often it is looked whether requests are under way.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Who picked a destination just before it left has been counted after this.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<ClusterState, Member[]> _members = [];
    private readonly Lock _lock = new();
    private readonly List<Leaving> _leaving = [];
    private bool _isLooking;

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => _members.AddOrUpdate(cluster, MembersOf(cluster));

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster)
    {
        var now = MembersOf(cluster);
        Part(cluster, except: now);
        _members.AddOrUpdate(cluster, now);
    }

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster) => Part(cluster, except: []);

    private static Member[] MembersOf(ClusterState cluster) =>
        [.. cluster.Destinations.Values.Select(destination => new Member(destination, Place.Of(cluster.ClusterId, destination.Model.Config.Address)))];

    private void Part(ClusterState cluster, Member[] except)
    {
        if (!_members.TryGetValue(cluster, out var before))
        {
            return;
        }

        lock (_lock)
        {
            var (now, timeout) = (time.GetTimestamp(), snapshots.Current.Ambassador.DrainTimeout);
            _leaving.AddRange(before.Except(except).Select(member => new Leaving(member, now, timeout)));
            if (_leaving.Count > 0 && !_isLooking)
            {
                _isLooking = true;
                _ = LookAsync();
            }
        }
    }

    private async Task LookAsync()
    {
        do
        {
            await Task.Delay(Interval, time, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!lifetime.ApplicationStopping.IsCancellationRequested && Look());
    }

    /// <summary>Closes the connections to places that nobody has to do with any more; false where there is nothing to look at again.</summary>
    private bool Look()
    {
        lock (_lock)
        {
            var done = new HashSet<Place>();
            _leaving.RemoveAll(leaving => IsDone(leaving) && (done.Add(leaving.Member.Place) || true));

            // A place may be left by several, one after the other and under several names; each has its own requests there.
            done.ExceptWith(_leaving.Select(leaving => leaving.Member.Place));
            foreach (var cluster in done.Select(place => place.Cluster).Distinct().ToArray())
            {
                done.ExceptWith(InUse(cluster)); // All at once: thousands may leave together, and there may be as many.
            }

            foreach (var place in done)
            {
                if (connections.Close(place.Cluster, place.Host, place.Port) is var count and > 0)
                {
                    LogClosed(logger, place.Cluster, place.Host, place.Port, count);
                    timeline.Add(TimelineKind.Drain, place.Cluster, $"{count} connections to {place.Host}:{place.Port}, which has left, were closed");
                }
            }

            return _isLooking = _leaving.Count > 0;
        }
    }

    /// <summary>One that has moved counts the requests at its new place as well; it may be waited for longer, which harms nobody.</summary>
    private bool IsDone(Leaving leaving)
    {
        var since = time.GetElapsedTime(leaving.Since);
        return since >= leaving.Timeout || (since >= Settled && leaving.Member.State.ConcurrentRequestCount == 0);
    }

    /// <summary>Where the cluster has destinations, again or still.</summary>
    private IEnumerable<Place> InUse(string cluster) =>
        snapshots.Current.Clusters.TryGetValue(cluster, out var now)
            ? now.Config.Destinations!.Values.Select(destination => Place.Of(cluster, destination.Address))
            : [];

    /// <summary>Where connections go.</summary>
    private sealed record Place(string Cluster, string Host, int Port)
    {
        public static Place Of(string cluster, string address) =>
            Uri.TryCreate(address, UriKind.Absolute, out var uri) ? new(cluster, uri.IdnHost, uri.Port) : new(cluster, address, 0);
    }

    private sealed record Member(DestinationState State, Place Place);

    private sealed record Leaving(Member Member, long Since, TimeSpan Timeout);
}
