namespace ApiAmbassador.Forwarding.Http1;

/// <summary>The connections to one destination of a cluster. Who rested last serves first, so that those that are not needed end.</summary>
/// <param name="address">Where they go.</param>
/// <param name="connections">Makes them.</param>
/// <param name="time">The clock.</param>
/// <param name="opened">Told when it has a new connection.</param>
internal sealed class Http1Pool(DestinationAddress address, DestinationConnections connections, TimeProvider time, Action<Http1Pool> opened)
{
    /// <summary>A connection that rests for longer is closed: .NET's own, and below what servers allow by default (nginx 75 s, Kestrel 130 s).</summary>
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<Http1Connection> _resting = [];
    private readonly HashSet<Http1Connection> _busy = [];

    /// <summary>Where they go.</summary>
    public DestinationAddress Address => address;

    /// <summary>Whether there is no connection.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _resting.Count + _busy.Count == 0;
            }
        }
    }

    /// <summary>One that has nothing to do, or null where a new one is needed.</summary>
    public Http1Connection? TryTake()
    {
        List<Http1Connection>? ended = null;
        Http1Connection? taken = null;
        lock (_lock)
        {
            while (taken is null && _resting.Count > 0)
            {
                var last = _resting[^1];
                _resting.RemoveAt(_resting.Count - 1);
                if (last.HasEnded)
                {
                    (ended ??= []).Add(last);
                }
                else
                {
                    _busy.Add(taken = last);
                }
            }
        }

        ended?.ForEach(static connection => connection.Dispose());
        return taken;
    }

    /// <summary>Makes one.</summary>
    public async ValueTask<Http1Connection> ConnectAsync(CancellationToken cancellation)
    {
        var made = new Http1Connection(await connections.ConnectAsync(address.Cluster, address.EndPoint, cancellation));
        lock (_lock)
        {
            _busy.Add(made);
        }

        opened(this);
        return made;
    }

    /// <summary>An exchange is over.</summary>
    public void Return(Http1Connection connection)
    {
        var rests = connection.TryRest(time.GetTimestamp());
        lock (_lock)
        {
            _busy.Remove(connection);
            if (rests)
            {
                _resting.Add(connection);
            }
        }

        if (!rests)
        {
            connection.Dispose();
        }
    }

    /// <summary>Cuts what has not moved for too long, and closes what has rested for too long or was ended.</summary>
    public void Sweep(long now)
    {
        Http1Connection[] ended, busy;
        lock (_lock)
        {
            ended = [.. _resting.Where(connection => connection.HasEnded || IsTired(connection, now))];
            _resting.RemoveAll(ended.Contains);
            busy = [.. _busy];
        }

        Array.ForEach(ended, static connection => connection.Dispose());
        Array.ForEach(busy, connection => connection.CutIfPausedTooLong(now));
    }

    /// <summary>Closes all that rest.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _resting.ForEach(static connection => connection.Dispose());
            _resting.Clear();
        }
    }

    private bool IsTired(Http1Connection connection, long now)
    {
        var rest = time.GetElapsedTime(connection.RestsSince, now);
        return rest > RestMax || rest > connection.RestMax;
    }
}
