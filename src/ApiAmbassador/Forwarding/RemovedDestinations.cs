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

    private readonly SeenDestinations _seen = new();
    private readonly Lock _lock = new();
    private readonly List<Leaving> _leaving = [];
    private bool _isLooking;

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => _seen.Look(cluster);

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster) => Part(cluster, _seen.Look(cluster));

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster) => Part(cluster, _seen.Forget(cluster));

    private void Part(ClusterState cluster, IEnumerable<SeenChange> changes)
    {
        lock (_lock)
        {
            var (now, timeout) = (time.GetTimestamp(), snapshots.Current.Ambassador.DrainTimeout);
            foreach (var change in changes)
            {
                if (change.Before is { } address)
                {
                    _leaving.Add(new Leaving(change.Destination, DestinationPlace.Of(cluster.ClusterId, address), now, timeout));
                }
            }

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
            var done = new HashSet<DestinationPlace>();
            _leaving.RemoveAll(leaving => IsDone(leaving) && (done.Add(leaving.Place) || true));

            // A place may be left by several, one after the other and under several names; each has its own requests there.
            done.ExceptWith(_leaving.Select(leaving => leaving.Place));
            done.ExceptWith(done.Select(place => place.Cluster).Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(PlacesOf).ToArray());
            if (done.Count > 0)
            {
                foreach (var (place, count) in connections.Close(done))
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
        return since >= leaving.Timeout || (since >= Settled && leaving.Destination.ConcurrentRequestCount == 0);
    }

    /// <summary>Where the cluster has destinations, again or still.</summary>
    private IEnumerable<DestinationPlace> PlacesOf(string cluster) =>
        snapshots.Current.Clusters.TryGetValue(cluster, out var now)
            ? now.Config.Destinations!.Values.Select(destination => DestinationPlace.Of(cluster, destination.Address))
            : [];

    private sealed record Leaving(DestinationState Destination, DestinationPlace Place, long Since, TimeSpan Timeout);
}
