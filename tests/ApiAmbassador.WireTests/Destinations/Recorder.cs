namespace ApiAmbassador.WireTests.Destinations;

/// <summary>What a destination has seen: requests, connections and its own mistakes. All connections write to it, the test reads.</summary>
internal sealed class Recorder
{
    /// <summary>Under a load generator the first requests tell enough; the others are counted.</summary>
    private const int MaxRequests = 10_000;

    private readonly Lock _lock = new();
    private readonly List<ReceivedRequest> _requests = [];
    private readonly Dictionary<(string Method, string Target), int> _attempts = [];
    private readonly List<Exception> _faults = [];
    private int _requestCount;
    private int _connectionsOpened;
    private int _connectionsOpen;

    public ChangeSignal Changed { get; } = new();

    public IReadOnlyList<ReceivedRequest> Requests => Read(() => _requests.ToArray());

    public int RequestCount => Read(() => _requestCount);

    public int ConnectionsOpened => Read(() => _connectionsOpened);

    public int ConnectionsOpen => Read(() => _connectionsOpen);

    public bool HasFaults => Read(() => _faults.Count > 0);

    /// <summary>Numbers the request and keeps it.</summary>
    public ReceivedRequest Add(ReceivedRequest request) => Write(() =>
    {
        var key = (request.Method, request.Target);
        var attempt = _attempts[key] = _attempts.GetValueOrDefault(key) + 1;
        var numbered = request with { Number = ++_requestCount, Attempt = attempt };
        if (_requests.Count < MaxRequests)
        {
            _requests.Add(numbered);
        }

        return numbered;
    });

    /// <summary>Puts a newer snapshot of a request in the place of the older one.</summary>
    public void Update(ReceivedRequest request) => Write(() =>
    {
        if (request.Number <= MaxRequests)
        {
            _requests[request.Number - 1] = request;
        }
    });

    /// <summary>Counts a connection and gives its number.</summary>
    public int ConnectionOpened() => Write(() =>
    {
        _connectionsOpen++;
        return ++_connectionsOpened;
    });

    public void ConnectionClosed() => Write(() => { _connectionsOpen--; });

    public void AddFault(Exception fault) => Write(() => _faults.Add(fault));

    public IReadOnlyList<Exception> TakeFaults() => Write(() =>
    {
        var faults = _faults.ToArray();
        _faults.Clear();
        return faults;
    });

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    private T Write<T>(Func<T> write)
    {
        var result = Read(write);
        Changed.Raise();
        return result;
    }

    private void Write(Action write)
    {
        lock (_lock)
        {
            write();
        }

        Changed.Raise();
    }
}
