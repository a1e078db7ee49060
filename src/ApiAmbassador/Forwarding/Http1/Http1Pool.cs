namespace ApiAmbassador.Forwarding.Http1;

/// <summary>The connections to one destination of a cluster. Who rested last serves first, so that those that are not needed end.</summary>
/// <param name="address">Where they go.</param>
/// <param name="connections">Makes them.</param>
/// <param name="time">The clock.</param>
/// <param name="opened">Told when it is about to have a new connection.</param>
internal sealed class Http1Pool(DestinationAddress address, DestinationConnections connections, TimeProvider time, Action<Http1Pool> opened)
{
    /// <summary>A connection that rests for longer is closed: .NET's own, and below what servers allow by default (nginx 75 s, Kestrel 130 s).</summary>
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(1);

    /// <summary>
    /// So many are made at a time. A listener takes no more than its backlog at once, 128 on older systems and 511 in nginx, and who is too many is told nothing
    /// and asks again after one second, and three: a burst of callers would open the circuit of a destination that is well.
    /// </summary>
    private const int ConnectingMax = 128;

    private readonly Lock _lock = new();
    private readonly List<Http1Connection> _resting = [];
    private readonly HashSet<Http1Connection> _busy = [];
    private readonly LinkedList<TaskCompletionSource<Http1Connection>> _waiting = [];
    private int _connecting;

    /// <summary>Where they go.</summary>
    public DestinationAddress Address => address;

    /// <summary>Whether there is no connection.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _resting.Count + _busy.Count + _connecting == 0;
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

    /// <summary>
    /// The first that is free: one that is given back, or a new one. Whoever waits lets one be made, which rests if nobody waits when it is there: where many
    /// begin at once, none of them has to wait for his own.
    /// </summary>
    /// <param name="timeout">How long a connection may take to be made.</param>
    /// <param name="cancellation">Ends waiting; what is being made is made.</param>
    public async ValueTask<Http1Connection> WaitAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        // What waits goes on with a thread of its own, not with that of whoever gives back.
        var waiting = new LinkedListNode<TaskCompletionSource<Http1Connection>>(new(TaskCreationOptions.RunContinuationsAsynchronously));
        bool connects;
        lock (_lock)
        {
            // One may have been given back since it was asked for.
            if (TryTake() is { } taken)
            {
                return taken;
            }

            _waiting.AddLast(waiting);
            connects = _connecting < ConnectingMax;
            _connecting += connects ? 1 : 0;
        }

        if (connects)
        {
            _ = ConnectAsync(timeout);
        }

        try
        {
            await using var leaving = cancellation.UnsafeRegister(static (one, token) => ((TaskCompletionSource<Http1Connection>)one!).TrySetCanceled(token), waiting.Value);
            return await waiting.Value.Task;
        }
        finally
        {
            lock (_lock)
            {
                if (waiting.List is not null)
                {
                    _waiting.Remove(waiting);
                }
            }
        }
    }

    /// <summary>An exchange is over.</summary>
    public void Return(Http1Connection connection)
    {
        var rests = connection.TryRest(time.GetTimestamp()) && !connection.HasEnded;
        lock (_lock)
        {
            _busy.Remove(connection);
            if (rests && !(_waiting.Count > 0 && TryGive(connection)))
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

    /// <summary>Makes connections, one after the other, while more requests wait than others make; called with its place in <see cref="_connecting"/> taken.</summary>
    private async Task ConnectAsync(TimeSpan timeout)
    {
        bool goesOn;
        do
        {
            Http1Connection? made = null;
            Exception? failure = null;
            using var timing = new CancellationTokenSource(timeout);
            try
            {
                made = new Http1Connection(await connections.ConnectAsync(address.Cluster, address.EndPoint, timing.Token));
                opened(this);
            }
            catch (Exception e)
            {
                // Whose time is over knows it himself; others may have begun to wait just now.
                failure = timing.IsCancellationRequested ? null : e;
            }

            goesOn = Made(made, failure);
        }
        while (goesOn);
    }

    /// <summary>One that was made, or why it was not. True: another one is wanted.</summary>
    private bool Made(Http1Connection? connection, Exception? failure)
    {
        lock (_lock)
        {
            if (connection is not null && !TryGive(connection))
            {
                connection.Rest(time.GetTimestamp());
                _resting.Add(connection);
            }

            if (failure is not null)
            {
                TellFirst(waiting => waiting.TrySetException(failure));
            }

            var wanted = _waiting.Count >= _connecting;
            _connecting -= wanted ? 0 : 1;
            return wanted;
        }
    }

    private bool TryGive(Http1Connection connection)
    {
        var isGiven = TellFirst(waiting => waiting.TrySetResult(connection));
        if (isGiven)
        {
            _busy.Add(connection);
        }

        return isGiven;
    }

    /// <summary>Tells who waits longest and has not left.</summary>
    private bool TellFirst(Predicate<TaskCompletionSource<Http1Connection>> tell)
    {
        var isTold = false;
        while (!isTold && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            isTold = tell(first.Value);
        }

        return isTold;
    }

    private bool IsTired(Http1Connection connection, long now)
    {
        var rest = time.GetElapsedTime(connection.RestsSince, now);
        return rest > RestMax || rest > connection.RestMax;
    }
}
