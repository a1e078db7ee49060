using System.Runtime.CompilerServices;
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

    private readonly ConditionalWeakTable<ClusterState, Dictionary<string, string>> _known = [];
    private long _revision;
    private int _told;

    /// <inheritdoc/>
    public void OnClusterAdded(ClusterState cluster) => Compare(cluster, snapshots.Current.Revision > 1 ? [] : Addresses(cluster));

    /// <inheritdoc/>
    public void OnClusterChanged(ClusterState cluster) => Compare(cluster, _known.TryGetValue(cluster, out var known) ? known : []);

    /// <inheritdoc/>
    public void OnClusterRemoved(ClusterState cluster) => Tell(cluster.ClusterId, "the cluster went, with all its destinations");

    /// <summary>YARP tells of one change at a time, so nothing here needs a lock.</summary>
    private void Compare(ClusterState cluster, Dictionary<string, string> before)
    {
        var now = Addresses(cluster);
        _known.AddOrUpdate(cluster, now);
        var news = new List<(string Id, string Text)>();
        foreach (var (id, address) in now)
        {
            if (!before.TryGetValue(id, out var old))
            {
                news.Add((id, address == id ? "came" : $"came, at {address}"));
            }
            else if (old != address)
            {
                news.Add((id, $"moved from {old} to {address}"));
            }
        }

        news.AddRange(before.Keys.Where(id => !now.ContainsKey(id)).Select(id => (id, "went")));
        if (news.Count > SingleMax)
        {
            Tell(
                cluster.ClusterId, $"{news.Count} destinations came, went or moved; there are {now.Count} now",
                [.. news.Select(item => $"{item.Id} {item.Text}")]);
            return;
        }

        foreach (var (id, text) in news)
        {
            Tell($"{cluster.ClusterId}/{id}", text);
        }
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

    private static Dictionary<string, string> Addresses(ClusterState cluster) => cluster.Destinations.ToDictionary(
        item => item.Key, item => SafeText.Address(item.Value.Model.Config.Address), StringComparer.OrdinalIgnoreCase);
}
