using System.Collections.Concurrent;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>An instance that does what <see cref="Fault"/> says. It answers with its name and the request's number, and counts what it gets.</summary>
internal sealed class ChaosInstance : IAsyncDisposable
{
    /// <summary>A download comes in so many pieces, one each <see cref="Drip"/>.</summary>
    public const int Pieces = 30, PieceBytes = 2048;

    /// <summary>How much later a slow one answers.</summary>
    public static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(50);

    private readonly ScriptedDestination _destination;
    private readonly ReceivedPosts _posts;
    private readonly ConcurrentDictionary<Gate, int> _downloads = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _dripping;
    private volatile Func<ReceivedRequest, Reply> _answer;
    private volatile Gate? _stopped;
    private int _retries;

    public ChaosInstance(int number, ReceivedPosts posts)
    {
        (Number, _posts, _answer) = (number, posts, Well);
        _destination = ScriptedDestination.Start(Name, Receive);
        _dripping = DripAsync();
    }

    public int Number { get; }

    public string Name => NameOf(Number);

    public int Port => _destination.Port;

    public Uri Address => _destination.Address;

    /// <summary>The attempts after the first among what it got.</summary>
    public int Retries => Volatile.Read(ref _retries);

    public int Requests => _destination.RequestCount;

    public static string NameOf(int number) => $"{(char)('a' + number)}";

    /// <summary>What it means for whoever is sent there. One that was killed refuses; only the moment of its end burns.</summary>
    public static Harm HarmOf(Fault fault) => fault is Fault.Kill or Fault.Slow or Fault.Error500 ? Harm.Unsettles : Harm.Burns;

    public async Task BeginAsync(Fault fault)
    {
        switch (fault)
        {
            case Fault.Kill:
                await _destination.StopListeningAsync();
                await _destination.DropConnectionsAsync();
                break;
            case Fault.Stop:
                var gate = _stopped = new Gate();
                _answer = request => Well(request).Held(by: gate);
                break;
            case Fault.Slow:
                _answer = Slowly;
                break;
            default:
                _answer = request => Bad(fault, request);
                break;
        }
    }

    public void End(Fault fault)
    {
        _answer = Well;
        _stopped?.Open();
        _stopped = null;
        if (fault == Fault.Kill)
        {
            _destination.StartListening();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _dripping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _destination.DisposeAsync();
        _end.Dispose();
    }

    private Reply Receive(ReceivedRequest request)
    {
        var id = long.Parse(request.Header(ChaosLoad.Id)!);
        if (request.Method == "POST")
        {
            _posts.Received(id, Number);
        }

        Interlocked.Add(ref _retries, request.Header("Ambassador-Attempt") is null ? 0 : 1);
        return _answer(request);
    }

    private Reply Well(ReceivedRequest request)
    {
        var reply = Signed(200);
        if (request.Target != ChaosLoad.DownloadTarget)
        {
            return reply.WithBody($"{Name} {request.Header(ChaosLoad.Id)}");
        }

        var gate = new Gate();
        _downloads[gate] = Pieces;
        return reply.WithBody([.. Enumerable.Range(0, Pieces).Select(Piece)]).Dripped(by: gate);
    }

    private Reply Slowly(ReceivedRequest request)
    {
        var gate = new Gate();
        _ = Task.Delay(Slowness, _end.Token).ContinueWith(_ => gate.Open(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return Well(request).Held(by: gate);
    }

    private Reply Bad(Fault fault, ReceivedRequest request) => fault switch
    {
        Fault.Reset => Reply.Reset(),
        Fault.HalfHead => Signed(200).WithBody("half").ResetInHead(),
        Fault.HalfBody => Signed(200).WithBody($"{Name} {request.Header(ChaosLoad.Id)}").ResetInBody(afterBytes: 2),
        Fault.Garbage => Reply.Garbage(),
        Fault.Error500 => Signed(500),
        _ => Signed(503),
    };

    private Reply Signed(int status) => Reply.Status(status).WithHeader(ChaosLoad.Instance, $"{Number}");

    /// <summary>The same bytes for whoever sends and whoever checks.</summary>
    public static ReadOnlyMemory<byte> Piece(int number)
    {
        var piece = new byte[PieceBytes];
        piece.AsSpan().Fill((byte)('a' + (number % 26)));
        return piece;
    }

    private async Task DripAsync()
    {
        using var timer = new PeriodicTimer(Drip);
        while (await timer.WaitForNextTickAsync(_end.Token))
        {
            foreach (var (gate, left) in _stopped is null ? _downloads.ToArray() : [])
            {
                gate.LetOnePass();
                _ = left == 1 ? _downloads.TryRemove(gate, out _) : _downloads.TryUpdate(gate, left - 1, left);
            }
        }
    }
}
