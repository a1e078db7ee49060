using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// As <see cref="ScriptedDestination"/>, for HTTP/2 without TLS: frames over a plain socket, and every fault that they know. What it did not expect
/// is thrown by <see cref="WaitForAsync"/> and <see cref="DisposeAsync"/>.
/// </summary>
public sealed class ScriptedHttp2Destination : IAsyncDisposable
{
    private readonly Recorder _recorder = new();
    private readonly ConnectionGroup _connections = new();
    private readonly Listener _listener;

    private ScriptedHttp2Destination(Func<ReceivedRequest, Http2Reply> script)
    {
        Script = script;
        _listener = new Listener(Accept);
        _listener.Start();
    }

    public Uri Address => new($"http://127.0.0.1:{_listener.Port}/");

    /// <summary>Decides what happens to a new connection, by its number, before anything is read from it.</summary>
    public Func<int, AcceptAction> OnAccept { get; set; } = _ => AcceptAction.Serve;

    /// <summary>The requests in the order their headers came. A stream that the client has reset is <see cref="ReceivedRequest.Abandoned"/>.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => _recorder.Requests;

    public int ConnectionsOpened => _recorder.ConnectionsOpened;

    /// <summary>What a connection begins with: SETTINGS, or what a test puts in its place.</summary>
    internal ReadOnlyMemory<byte> Greeting { get; set; } = Http2Frame.Settings();

    internal Func<ReceivedRequest, Http2Reply> Script { get; }

    public static ScriptedHttp2Destination Start(Http2Reply reply) => Start(_ => reply);

    /// <summary>Starts one whose script is asked about each request as soon as its headers are in.</summary>
    public static ScriptedHttp2Destination Start(Func<ReceivedRequest, Http2Reply> script) => new(script);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message shows what was seen.</exception>
    public async Task WaitForAsync(
        Func<ScriptedHttp2Destination, bool> condition, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        await _recorder.Changed.WaitUntilAsync(
            () => _recorder.HasFaults || condition(this),
            () => $"`{expression}` did not come true: {string.Join("; ", Requests.TakeLast(10))}",
            Eventually.DefaultDeadline);
        ThrowFaults();
    }

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
        var connection = new ScriptedHttp2Connection(_recorder.ConnectionOpened(), socket, this, _recorder);
        _connections.Run(connection.RunAsync);
    }

    private void ThrowFaults()
    {
        if (_recorder.TakeFaults() is { Count: > 0 } faults)
        {
            throw new AggregateException("A destination met with what it did not expect.", faults);
        }
    }
}
