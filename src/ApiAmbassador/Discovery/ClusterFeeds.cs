using System.Text.Json;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>
/// What is followed for one cluster: its sources, and the host names in its configured addresses and in what the sources say. Its caller sees to
/// it that one thread is in it at a time; the feeds themselves run on their own.
/// </summary>
internal sealed class ClusterFeeds(
    Func<FeedId, IDestinationSource, DiscoveryOptions, IReadOnlyList<Instance>, Feed> start, Action<FeedId, string?> tellProblem, ISourceFactory factory, OwnAddresses own) : IDisposable
{
    /// <summary>So many host names of one source are followed; with more, its list is refused.</summary>
    public const int NamesMax = 1000;

    /// <summary>How often names are looked up that no source of DNS names.</summary>
    private static readonly TimeSpan NameRefresh = TimeSpan.FromSeconds(5);

    private readonly List<FollowedSource> _sources = [];
    private readonly Dictionary<NameId, Feed> _names = [];
    private readonly Dictionary<NameId, string> _loops = [];
    private Dictionary<string, IReadOnlyList<string>> _addresses = [];
    private Dictionary<NameId, IReadOnlyList<Instance>> _known = [];
    private ClusterSnapshot? _settings;

    /// <summary>Everything that is followed now, with what is wrong with a list although its source is well.</summary>
    public IEnumerable<(Feed Feed, string? Problem)> Feeds =>
        _sources.Select(source => (source.Feed, source.Problem)).Concat(_names.Select(item => (item.Value, _loops.GetValueOrDefault(item.Key))));

    /// <summary>Follows what the settings want from now on. What they wanted before as well goes on as it is.</summary>
    public void Follow(ClusterSnapshot settings)
    {
        if (_settings is not null && _settings.Discovery.Rule != settings.Discovery.Rule)
        {
            // They are believed by another rule from now on; what was known of them counts until they answer to it.
            _known = _names.ToDictionary(item => item.Key, item => item.Value.State.List);
            StopNames(except: []);
        }

        _settings = settings;
        var before = _sources.ToArray();
        _sources.Clear();
        foreach (var options in settings.Discovery.Sources())
        {
            var id = IdOf(options);
            _sources.Add(Array.Find(before, source => source.Feed.Id == id) ?? new FollowedSource(start(id, factory.Create(options), settings.Discovery, []), options)
            {
                // Until this one has answered, what the one before it of its kind has said is better than nothing.
                Settled = Array.Find(before, source => source.Feed.Id.Kind == id.Kind)?.Settled ?? [],
            });
        }

        foreach (var gone in before.Except(_sources))
        {
            gone.Feed.Dispose();
        }
    }

    /// <summary>What there is now. Begins to follow names that came up, and ends it with those that nobody names any more.</summary>
    public FoundCluster Collect()
    {
        var needed = new HashSet<NameId>();
        var looping = LocateNames(needed);
        foreach (var source in _sources)
        {
            var problem = Settle(source, needed);
            if (problem is null != source.Problem is null)
            {
                tellProblem(source.Feed.Id, problem);
            }

            source.Problem = problem;
        }

        StopNames(except: needed);
        _known = [];
        return new FoundCluster([.. _sources.SelectMany(source => source.Settled)], _addresses, looping);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sources.ForEach(source => source.Feed.Dispose());
        StopNames(except: []);
    }

    /// <summary>Finds the addresses of the names in configured addresses; returns the destinations of which nothing is known that is not ourselves.</summary>
    private HashSet<string> LocateNames(HashSet<NameId> needed)
    {
        var addresses = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        var looping = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var loops = new HashSet<NameId>();
        foreach (var (id, name) in _settings!.Names)
        {
            var nameId = new NameId(name.Host, Server: null, AddressFamilyOption.Any, NameRefresh);
            IReadOnlyList<string> known = [.. Follow(nameId, needed).State.List.Select(address => address.Host)];
            if (known.Any(address => own.Has(address, name.Port)))
            {
                // As with a source: the list before it stays, but for what has turned out to be ourselves.
                loops.Add(nameId);
                known = [.. _addresses.GetValueOrDefault(id, []).Where(address => !own.Has(address, name.Port))];
                if (known.Count == 0)
                {
                    looping.Add(id);
                }
            }

            if (known.Count > 0)
            {
                addresses[id] = known;
            }
        }

        _addresses = addresses;
        TellLoops(loops);
        return looping;
    }

    private void TellLoops(HashSet<NameId> loops)
    {
        foreach (var name in loops.Where(name => _loops.TryAdd(name, "leads to the ambassador itself; its addresses are not used")))
        {
            tellProblem(_names[name].Id, _loops[name]);
        }

        foreach (var name in _loops.Keys.Where(name => !loops.Contains(name)).ToArray())
        {
            _loops.Remove(name);
            if (_names.TryGetValue(name, out var feed))
            {
                tellProblem(feed.Id, null);
            }
        }
    }

    /// <summary>Puts what a source says in force, once its names have addresses; or returns why what it said before stays.</summary>
    private string? Settle(FollowedSource source, HashSet<NameId> needed)
    {
        var state = source.Feed.State;
        source.Settled = [.. source.Settled.Where(found => !IsOwn(found))];
        if (state.GoodAt is null && !state.IsKept)
        {
            return null;
        }

        if (state is { Unconfirmed: > 0, List.Count: 0 } && source.Settled.Count > 0)
        {
            return "names nobody, which it has to say again"; // The one before it has named some.
        }

        var names = state.List.Select(instance => instance.Host).Where(FollowedName.CanMove).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        if (names.Length > NamesMax)
        {
            return $"names {names.Length} hosts without their addresses; up to {NamesMax} are looked up";
        }

        var feeds = names.ToDictionary(name => name, name => Follow(NameOf(name, source.Options), needed), StringComparer.OrdinalIgnoreCase);
        if (feeds.Values.Any(feed => feed.State is { HasAnswered: false, IsKept: false }))
        {
            return source.Problem; // Soon.
        }

        var found = Located(state.List, feeds);
        if (found.FirstOrDefault(IsOwn) is { } loop)
        {
            return $"names the ambassador itself, {loop.Instance.Host}:{loop.Instance.Port}; its list is not used";
        }

        if (found.Count == 0 && feeds.Values.FirstOrDefault(feed => feed.State is { Error: not null } or { Unconfirmed: > 0 }) is { } unknown)
        {
            return $"names hosts of which no address is known: {unknown.Id.Name}: {unknown.State.Error ?? "it has none"}";
        }

        source.Settled = found;
        return null;
    }

    private bool IsOwn(FoundInstance found) => own.Has(found.Instance.Host, found.Instance.Port);

    /// <summary>Each instance once, whoever names it twice.</summary>
    private static List<FoundInstance> Located(IReadOnlyList<Instance> instances, Dictionary<string, Feed> names)
    {
        var seen = new HashSet<(string, string, int)>();
        var found = new List<FoundInstance>(instances.Count);
        foreach (var instance in instances)
        {
            if (!names.TryGetValue(instance.Host, out var feed))
            {
                Add(instance, name: null);
                continue;
            }

            foreach (var address in feed.State.List)
            {
                Add(instance with { Host = address.Host }, instance.Host);
            }
        }

        return found;

        void Add(Instance instance, string? name)
        {
            if (seen.Add((instance.Scheme, instance.Host, instance.Port)))
            {
                found.Add(new FoundInstance(instance, name));
            }
        }
    }

    private Feed Follow(NameId name, HashSet<NameId> needed)
    {
        needed.Add(name);
        if (!_names.TryGetValue(name, out var feed))
        {
            var id = new FeedId(_settings!.Config.ClusterId, FeedId.NameKind, name.Host, $"{name.Server} {name.Family} {name.Refresh} {_settings.Discovery.Rule}");
            _names[name] = feed = start(id, factory.CreateName(name.Host, name.Server, name.Family, name.Refresh), _settings.Discovery, _known.GetValueOrDefault(name, []));
        }

        return feed;
    }

    private void StopNames(HashSet<NameId> except)
    {
        foreach (var (name, feed) in _names.Where(item => !except.Contains(item.Key)).ToArray())
        {
            feed.Dispose();
            _names.Remove(name);
        }
    }

    private FeedId IdOf(SourceOptions options) =>
        new(_settings!.Config.ClusterId, options.Kind, options.Shown, $"{JsonSerializer.Serialize(options, options.GetType())} {_settings.Discovery.Rule}");

    private static NameId NameOf(string host, SourceOptions options) => options switch
    {
        DnsDiscoveryOptions dns => new(host, dns.Server, dns.Family, dns.Refresh),
        DnsSrvDiscoveryOptions srv => new(host, srv.Server, srv.Family, srv.Refresh),
        _ => new(host, Server: null, AddressFamilyOption.Any, NameRefresh),
    };

    private sealed record NameId(string Host, string? Server, AddressFamilyOption Family, TimeSpan Refresh);

    private sealed class FollowedSource(Feed feed, SourceOptions options)
    {
        public Feed Feed => feed;

        public SourceOptions Options => options;

        /// <summary>What it says with addresses in place of names: the last that was whole.</summary>
        public IReadOnlyList<FoundInstance> Settled { get; set; } = [];

        public string? Problem { get; set; }
    }
}
