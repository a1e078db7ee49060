using System.Collections.Immutable;
using System.Threading.Channels;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>
/// Knows where the instances of every cluster are:
/// <code>
/// sources → what of it is believed (<see cref="LastGood"/>) → names to addresses → <see cref="Collect"/> → <see cref="ConfigReloader"/>
/// </code>
/// What it follows is said by the one writer of the configuration, before a configuration is in force; what it finds comes into force by the same
/// writer, which <see cref="DiscoveryLoop"/> tells.
/// </summary>
internal sealed class InstanceDiscovery(ISourceFactory factory, OwnAddresses own, KeptLists kept, DiscoveryNews news, TimeProvider time) : IDisposable
{
    /// <summary>How long a configuration waits for the first answers of what it wants followed; then it goes without.</summary>
    public static readonly TimeSpan FirstAnswers = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClusterFeeds> _clusters = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _changed = new(StringComparer.OrdinalIgnoreCase);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ImmutableDictionary<string, FoundCluster> _found = ImmutableDictionary.Create<string, FoundCluster>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether all that is followed has answered once, good or not.</summary>
    public bool HasAnswered
    {
        get
        {
            lock (_lock)
            {
                return FeedsLocked().All(item => item.Feed.State.HasAnswered);
            }
        }
    }

    /// <summary>How all that is followed stands, with what is wrong with a list although its source is well.</summary>
    public IReadOnlyList<(FeedId Id, FeedState State, string? Problem)> States
    {
        get
        {
            lock (_lock)
            {
                return [.. FeedsLocked().Select(item => (item.Feed.Id, item.Feed.State, item.Problem))];
            }
        }
    }

    /// <summary>Ends when something may have changed.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await _news.Reader.WaitToReadAsync(cancellation);
        _news.Reader.TryRead(out _);
    }

    /// <summary>Follows what a configuration wants, and waits a little for the first answers, so that it does not come into force without instances.</summary>
    /// <param name="wanted">The configuration.</param>
    /// <param name="patience">How long it waits.</param>
    public async Task FollowAsync(Snapshot wanted, TimeSpan patience)
    {
        var begun = time.GetTimestamp();
        var older = Follow(wanted);
        while (time.GetElapsedTime(begun) is var passed && Unanswered(older) is { Count: > 0 } waiting)
        {
            if (passed >= patience)
            {
                waiting.ForEach(feed => feed.UseKept());
                break;
            }

            using var over = new CancellationTokenSource(patience - passed, time);

            // A source that answers may name hosts, which are looked up from then on: not only when the last source has answered.
            var sources = waiting.Where(feed => feed.Id.Kind != FeedId.NameKind).Select(feed => feed.Answered);
            Task next = Task.WhenAny([Task.WhenAll(waiting.Select(feed => feed.Answered)), .. sources]);
            await next.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What there is now, by cluster; the same object for a cluster of which nothing has changed.</summary>
    public ImmutableDictionary<string, FoundCluster> Collect()
    {
        lock (_lock)
        {
            foreach (var cluster in _changed)
            {
                if (!_clusters.TryGetValue(cluster, out var feeds))
                {
                    _found = _found.Remove(cluster);
                }
                else if (feeds.Collect() is var found && !(_found.TryGetValue(cluster, out var before) && found.Is(before)))
                {
                    _found = _found.SetItem(cluster, found);
                }
            }

            _changed.Clear();
            return _found;
        }
    }

    /// <summary>Everything is looked at again: we listen now, so that what leads to ourselves can be known.</summary>
    public void LookAgain()
    {
        lock (_lock)
        {
            _changed.UnionWith(_clusters.Keys);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>
    /// A destination of a cluster could not be connected to: its sources are asked now, because it may have moved; and if it is one that is held, it is time
    /// to let it go.
    /// </summary>
    public void ConnectFailed(string cluster)
    {
        lock (_lock)
        {
            if (_clusters.TryGetValue(cluster, out var feeds))
            {
                foreach (var (feed, _) in feeds.Feeds)
                {
                    feed.AskNow();
                }
            }
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Lets go of what is held though no source names it, where it has failed.</summary>
    /// <param name="hasFailed">Asked with the cluster's id and the instance.</param>
    public void Release(Func<string, Instance, bool> hasFailed)
    {
        Feed[] holding;
        lock (_lock)
        {
            holding = [.. FeedsLocked().Select(item => item.Feed).Where(feed => feed.State.Held > 0)];
        }

        foreach (var feed in holding)
        {
            feed.Release(instance => hasFailed(feed.Id.Cluster, instance));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var feeds in _clusters.Values)
            {
                feeds.Dispose();
            }

            _clusters.Clear();
        }
    }

    /// <summary>Returns what was followed before.</summary>
    private HashSet<Feed> Follow(Snapshot wanted)
    {
        lock (_lock)
        {
            var older = FeedsLocked().Select(item => item.Feed).ToHashSet();
            foreach (var settings in wanted.Configured.Values)
            {
                var id = settings.Config.ClusterId;
                if (settings.Names.Count == 0 && !settings.Discovery.HasSources)
                {
                    Stop(id);
                    continue;
                }

                if (!_clusters.TryGetValue(id, out var feeds))
                {
                    _clusters[id] = feeds = new ClusterFeeds(Start, news.Problem, factory, own);
                }

                feeds.Follow(settings);
                feeds.Collect();
                _changed.Add(id);
            }

            foreach (var id in _clusters.Keys.Where(id => !wanted.Configured.ContainsKey(id)).ToArray())
            {
                Stop(id);
            }

            return older;
        }
    }

    private void Stop(string cluster)
    {
        if (_clusters.Remove(cluster, out var feeds))
        {
            feeds.Dispose();
            _changed.Add(cluster);
        }
    }

    /// <summary>What has not answered yet and is not older than a configuration that waits. Sources that have answered may name hosts that are then waited for as well.</summary>
    private List<Feed> Unanswered(HashSet<Feed> older)
    {
        lock (_lock)
        {
            // Looked at before as well: one that answers just now, and whose names are not looked up yet, is not done with.
            var unanswered = UnansweredLocked(older).ToHashSet();
            foreach (var cluster in _changed.Where(_clusters.ContainsKey))
            {
                _clusters[cluster].Collect();
            }

            unanswered.UnionWith(UnansweredLocked(older));
            return [.. unanswered];
        }
    }

    private IEnumerable<Feed> UnansweredLocked(HashSet<Feed> older) =>
        FeedsLocked().Select(item => item.Feed).Where(feed => !feed.State.HasAnswered && !older.Contains(feed));

    private IEnumerable<(Feed Feed, string? Problem)> FeedsLocked() => _clusters.Values.SelectMany(feeds => feeds.Feeds);

    private Feed Start(FeedId id, IDestinationSource source, DiscoveryOptions options, IReadOnlyList<Instance> known) =>
        new(id, source, new LastGood(options.ConfirmEmpty, options.MaxDropRatio), known.Count > 0 ? known : kept.Of(id), OnChanged, time);

    private void OnChanged(Feed feed, FeedState before, FeedState after)
    {
        news.Changed(feed.Id, before, after);
        if (ReferenceEquals(before.List, after.List) && before.Standing == after.Standing)
        {
            return; // The same as before, which is most answers.
        }

        lock (_lock)
        {
            _changed.Add(feed.Id.Cluster);
        }

        _news.Writer.TryWrite(true);
    }
}
