using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>The pools of all destinations that plain HTTP/1.1 leads to, kept from one reload to the next.</summary>
internal sealed class Http1Pools : IDisposable
{
    /// <summary>How often it is looked for what has paused or rested for too long; <c>ActivityTimeout</c> is as exact as that.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ConditionalWeakTable<ClusterModel, StrongBox<bool>> _plain = [];
    private readonly ConditionalWeakTable<DestinationModel, Http1Pool> _byModel = [];

    private readonly ConcurrentDictionary<DestinationAddress, Http1Pool> _byAddress = new();

    /// <summary>Those with connections. There may be several of one address, where one had none for a while.</summary>
    private readonly ConcurrentDictionary<Http1Pool, bool> _open = new();

    private readonly DestinationConnections _connections;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeps;
    private readonly Lock _lock = new();
    private bool _isAwake;

    /// <summary>Begins without any.</summary>
    public Http1Pools(DestinationConnections connections, TimeProvider time)
    {
        (_connections, _time) = (connections, time);
        _sweeps = time.CreateTimer(static pools => ((Http1Pools)pools!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The pool of a destination; null where it takes more than plain HTTP/1.1 to speak with it.</summary>
    public Http1Pool? Of(ClusterModel cluster, DestinationModel destination)
    {
        if (!_plain.TryGetValue(cluster, out var isPlain))
        {
            _plain.AddOrUpdate(cluster, isPlain = new(IsPlain(cluster.Config)));
        }

        return !isPlain.Value ? null
            : _byModel.TryGetValue(destination, out var known) ? known
            : DestinationAddress.Of(cluster.Config, destination.Config) is { } address ? Remember(destination, address)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweeps.Dispose();
        foreach (var pool in _open.Keys)
        {
            pool.Close();
        }
    }

    /// <summary>Whether nothing but HTTP/1.1 without encryption is wanted, by the ways of every client.</summary>
    private static bool IsPlain(ClusterConfig cluster) =>
        cluster.HttpClient is null or { MaxConnectionsPerServer: null, WebProxy: null, RequestHeaderEncoding: null, ResponseHeaderEncoding: null }
        && cluster.SessionAffinity?.Enabled != true // A transform of YARP's writes the cookie.
        && IsHttp11(cluster.HttpRequest ?? ForwarderRequestConfig.Empty);

    /// <summary>Without encryption there is nobody to settle another version with: higher ones are only spoken where they are asked for.</summary>
    private static bool IsHttp11(ForwarderRequestConfig request) => (request.Version ?? HttpVersion.Version20, request.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower) switch
    {
        ({ Major: 1, Minor: 1 }, _) => true,
        ({ Major: > 1 }, HttpVersionPolicy.RequestVersionOrLower) => true,
        _ => false,
    };

    /// <summary>A destination that changed but for its address goes on with the connections that it had.</summary>
    private Http1Pool Remember(DestinationModel destination, DestinationAddress address)
    {
        var pool = _byAddress.GetOrAdd(address, static (address, me) => new Http1Pool(address, me._connections, me._time, me.Opened), this);
        _byModel.AddOrUpdate(destination, pool);
        Wake();
        return pool;
    }

    private void Opened(Http1Pool pool)
    {
        _open.TryAdd(pool, true);
        Wake();
    }

    /// <summary>There is something to look after: a timer that fires for nothing is most of what an ambassador without requests costs.</summary>
    private void Wake()
    {
        lock (_lock)
        {
            if (!_isAwake)
            {
                _isAwake = _sweeps.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        foreach (var pool in _open.Keys)
        {
            pool.Sweep(now);
            if (pool.IsEmpty && _open.TryRemove(pool, out _) && !pool.IsEmpty)
            {
                Opened(pool);
            }
        }

        // Who still knows it may use it again; addresses come and go.
        foreach (var (address, pool) in _byAddress)
        {
            if (pool.IsEmpty)
            {
                _byAddress.TryRemove(new(address, pool));
            }
        }

        lock (_lock)
        {
            _isAwake = false;
        }

        // Looked at after that, so that whoever comes meanwhile is seen here or wakes us himself.
        if (!_open.IsEmpty || !_byAddress.IsEmpty)
        {
            Wake();
        }
    }
}
