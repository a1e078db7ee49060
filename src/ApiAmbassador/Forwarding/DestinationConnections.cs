using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// The open connections to destinations, by cluster, host and port, so that those of a destination that is gone can be closed: a client of .NET keeps
/// its connections to itself. Connections of HTTP/3 are not among them.
/// </summary>
internal sealed class DestinationConnections
{
    private readonly ConcurrentDictionary<DestinationConnection, DestinationPlace> _open = new();

    /// <summary>A destination of the cluster, named by its id, could not be connected to.</summary>
#pragma warning disable MA0046 // Whoever sent it is known: there is one of us.
    public event Action<string>? ConnectFailed;
#pragma warning restore MA0046

    /// <summary>Connects as the handler itself does: each address of the name in turn, without Nagle's delay, within its <c>ConnectTimeout</c>.</summary>
    public async ValueTask<DestinationConnection> ConnectAsync(string cluster, DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);

            // .NET's client asks for it, and what that throws where the connection was reset meanwhile looks as if a request had been sent. Asked once, it is known.
            _ = socket.RemoteEndPoint;
        }
        catch
        {
            socket.Dispose();
            ConnectFailed?.Invoke(cluster);
            throw;
        }

        var connection = new DestinationConnection(socket, Ended);
        _open[connection] = new DestinationPlace(cluster, endPoint.Host, endPoint.Port);
        return connection;
    }

    /// <summary>Ends the connections to some places, busy or not, and returns how many to each. They are disposed of by the handler, which sees their end.</summary>
    public IReadOnlyDictionary<DestinationPlace, int> Close(IReadOnlySet<DestinationPlace> places)
    {
        var counts = new Dictionary<DestinationPlace, int>();
        foreach (var (connection, place) in _open)
        {
            if (places.Contains(place) && _open.TryRemove(connection, out _))
            {
                connection.End();
                counts[place] = counts.GetValueOrDefault(place) + 1;
            }
        }

        return counts;
    }

    private void Ended(DestinationConnection connection) => _open.TryRemove(connection, out _);
}
