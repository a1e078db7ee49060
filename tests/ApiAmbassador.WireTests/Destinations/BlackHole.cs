using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// A port on 127.0.0.1 on which connects neither succeed nor fail, as with a host that a firewall silently cuts off: the queue of
/// connections to accept is full, and Linux drops further SYNs without a word. (Windows would refuse them.)
/// </summary>
public sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _filler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private BlackHole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog: 0);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public static async Task<BlackHole> OpenAsync()
    {
        var hole = new BlackHole();

        // Linux lets one more in than the backlog says, so with a backlog of 0 a single connection fills the queue.
        await hole._filler.ConnectAsync(hole._listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        return hole;
    }

    public void Dispose()
    {
        _filler.Dispose();
        _listener.Dispose();
    }
}
