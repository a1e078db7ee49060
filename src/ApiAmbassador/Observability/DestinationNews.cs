using ApiAmbassador.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Observability;

/// <summary>Tells the timeline which destinations came, went or moved. Of the first configuration it only takes note: all of it is new.</summary>
internal sealed class DestinationNews(SnapshotStore snapshots, Timeline timeline) : IClusterChangeListener
{
    /// <summary>Named one by one up to here; a change of more is one entry with names in its details.</summary>
    private const int SingleMax = 5;

    /// <summary>Entries for one configuration: a reload of a thousand clusters must not push everything else out of the timeline.</summary>
    private const int EntriesMax = 50;

    private readonly SeenDestinations _seen = new();
    private long _revision;
    private int _told;

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster)
    {
        var changes = _seen.Look(cluster);
        if (snapshots.Current.Revision > 1)
        {
            Tell(cluster, changes);
        }
    }

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster) => Tell(cluster, _seen.Look(cluster));

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster) => Tell(cluster.ClusterId, "the cluster went, with all its destinations");

    private void Tell(ClusterState cluster, IReadOnlyList<SeenChange> changes)
    {
        var news = new List<(string Id, string Text)>();
        foreach (var (destination, before, now) in changes)
        {
            if (TextOf(destination.DestinationId, before, now) is { } text)
            {
                news.Add((destination.DestinationId, text));
            }
        }

        if (news.Count > SingleMax)
        {
            Tell(
                cluster.ClusterId, $"{news.Count} destinations came, went or moved; there are {cluster.Destinations.Count} now",
                [.. news.Select(item => $"{item.Id} {item.Text}")]);
            return;
        }

        foreach (var (id, text) in news)
        {
            Tell($"{cluster.ClusterId}/{id}", text);
        }
    }

    /// <summary>In words; null where nothing changed that may be shown.</summary>
    private static string? TextOf(string id, string? before, string? now)
    {
        var (from, to) = (before is null ? null : SafeText.Address(before), now is null ? null : SafeText.Address(now));
        return (from, to) switch
        {
            (null, _) => to == id ? "came" : $"came, at {to}",
            (_, null) => "went",
            _ => from == to ? null : $"moved from {from} to {to}",
        };
    }

    private void Tell(string subject, string text, IReadOnlyList<string>? details = null)
    {
        var revision = snapshots.Current.Revision;
        (_revision, _told) = (revision, revision == _revision ? _told + 1 : 1);
        if (_told < EntriesMax)
        {
            timeline.Add(TimelineKind.Destination, subject, text, details);
        }
        else if (_told == EntriesMax)
        {
            timeline.Add(TimelineKind.Destination, subject: null, $"more clusters changed with configuration {revision} than are told one by one");
        }
    }
}
