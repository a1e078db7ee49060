using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// An HTTP/1.1 destination on a port of 127.0.0.1 that answers, or fails, as its script says, and records what it received. It speaks
/// through a plain socket, so that its faults are those of the wire and not of a server library.
/// </summary>
/// <remarks>
/// What it did not expect (a malformed request, an exception in the script) is a fault: <see cref="WaitForAsync"/> and
/// <see cref="DisposeAsync"/> throw it, unless the test has taken it with <see cref="TakeFaults"/>.
/// </remarks>
public sealed class ScriptedDestination : IAsyncDisposable
{
    private readonly Recorder _recorder = new();
    private readonly ConnectionGroup _connections = new();
    private readonly Listener _listener;
    private volatile Func<ReceivedRequest, Reply> _script;

    private ScriptedDestination(string name, Func<ReceivedRequest, Reply> script)
    {
        Name = name;
        _script = script;
        _listener = new Listener(Accept);
        _listener.Start();
    }

    public string Name { get; }

    public int Port => _listener.Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>Decides what happens to a new connection, by its number, before anything is read from it.</summary>
    public Func<int, AcceptAction> OnAccept { get; set; } = _ => AcceptAction.Serve;

    /// <summary>The first 10 000 requests in the order their heads came.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => _recorder.Requests;

    /// <summary>All requests, kept or not.</summary>
    public int RequestCount => _recorder.RequestCount;

    public int ConnectionsOpened => _recorder.ConnectionsOpened;

    public int ConnectionsOpen => _recorder.ConnectionsOpen;

    internal Func<ReceivedRequest, Reply> Script => _script;

    public static ScriptedDestination Start(string name, Reply reply) => Start(name, _ => reply);

    /// <summary>Starts one whose script is asked about each request as soon as its head is in, before the body is read.</summary>
    public static ScriptedDestination Start(string name, Func<ReceivedRequest, Reply> script) => new(name, script);

    /// <summary>Answers all requests from now on with this reply.</summary>
    public void AnswerWith(Reply reply) => AnswerWith(_ => reply);

    /// <summary>Answers all requests from now on as the script says.</summary>
    public void AnswerWith(Func<ReceivedRequest, Reply> script) => _script = script;

    /// <summary>Answers the next requests with these replies, one each; the last one stays.</summary>
    public void AnswerInTurn(params Reply[] replies)
    {
        var next = -1;
        AnswerWith(_ => replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)]);
    }

    /// <summary>From its return on the port refuses connections, and stays ours. Open connections are served as before.</summary>
    public Task StopListeningAsync() => _listener.StopAsync();

    /// <summary>Listens again, on the same port.</summary>
    public void StartListening() => _listener.Start();

    /// <summary>Resets all open connections and waits until they are gone.</summary>
    public Task DropConnectionsAsync() => _connections.DropAsync();

    /// <summary>Waits until the condition holds; it is looked at again whenever the destination has seen something new.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message shows what was seen.</exception>
    public async Task WaitForAsync(
        Func<ScriptedDestination, bool> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        await _recorder.Changed.WaitUntilAsync(
            () => _recorder.HasFaults || condition(this),
            () => $"`{expression}` did not come true. {this}",
            within ?? Eventually.DefaultDeadline);
        ThrowFaults();
    }

    /// <summary>The faults so far, which the test has thereby dealt with.</summary>
    public IReadOnlyList<Exception> TakeFaults() => _recorder.TakeFaults();

    public override string ToString() =>
        $"{Name}: {ConnectionsOpen} of {ConnectionsOpened} connections open, {RequestCount} requests: {string.Join("; ", Requests.TakeLast(10))}";

    /// <summary>Stops listening and resets what is open.</summary>
    /// <exception cref="AggregateException">Something happened that the test did not expect.</exception>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _connections.DisposeAsync();
        ThrowFaults();
    }

    private void Accept(Socket socket)
    {
        var connection = new ScriptedConnection(_recorder.ConnectionOpened(), socket, this, _recorder);
        _connections.Run(connection.RunAsync);
    }

    private void ThrowFaults()
    {
        if (TakeFaults() is { Count: > 0 } faults)
        {
            throw new AggregateException($"Destination {Name} met with what it did not expect.", faults);
        }
    }
}
