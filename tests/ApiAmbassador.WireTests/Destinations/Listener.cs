using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>A port of its own on 127.0.0.1, on which it can listen, stop and listen again without losing the port to anyone.</summary>
internal sealed class Listener : IAsyncDisposable
{
    // Bound but never listening: it keeps the port while nobody listens, and a connect is refused all the same.
    private readonly Socket _reservation;
    private readonly Action<Socket> _accepted;
    private Session? _session;

    public Listener(Action<Socket> accepted)
    {
        _accepted = accepted;
        _reservation = Bind(port: 0);
        Port = ((IPEndPoint)_reservation.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public void Start()
    {
        if (_session is not null)
        {
            throw new InvalidOperationException($"Port {Port} is listening already.");
        }

        var socket = Bind(Port);
        socket.Listen();
        var stop = new CancellationTokenSource();
        _session = new(socket, stop, AcceptAsync(socket, stop.Token));
    }

    /// <summary>From its return on connects are refused. Connections accepted before live on.</summary>
    public async Task StopAsync()
    {
        if (_session is not { } session)
        {
            return;
        }

        _session = null;
        await session.Stop.CancelAsync();
        await session.Accepting;
        session.Socket.Dispose();
        session.Stop.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _reservation.Dispose();
    }

    private async Task AcceptAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _accepted(await socket.AcceptAsync(cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // On Unix this is SO_REUSEPORT: the reservation and the listener share the port.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private sealed record Session(Socket Socket, CancellationTokenSource Stop, Task Accepting);
}
