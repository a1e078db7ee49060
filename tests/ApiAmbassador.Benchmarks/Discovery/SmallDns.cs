using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Benchmarks.Discovery;

/// <summary>A DNS server over UDP for which every name has one address, of version 4, that may move.</summary>
internal sealed class SmallDns : IDisposable
{
    private const int HeaderBytes = 12, TypeA = 1;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private volatile IPAddress _address;

    public SmallDns(IPAddress address)
    {
        _address = address;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = ServeAsync();
    }

    public EndPoint EndPoint => _socket.LocalEndPoint!;

    public void Move(IPAddress to) => _address = to;

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Answer(buffer), SocketFlags.None, received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // It is over.
        }
    }

    private byte[] Answer(byte[] query)
    {
        var end = HeaderBytes;
        while (query[end] != 0)
        {
            end += query[end] + 1;
        }

        end += 5; // The end of the name, its type and its class.
        var isA = query[end - 3] == TypeA;
        byte[] header = [query[0], query[1], 0x84, 0, 0, 1, 0, (byte)(isA ? 1 : 0), 0, 0, 0, 0];
        byte[] record = isA ? [0xC0, HeaderBytes, 0, TypeA, 0, 1, 0, 0, 0, 1, 0, 4, .. _address.GetAddressBytes()] : [];
        return [.. header, .. query.AsSpan(HeaderBytes, end - HeaderBytes), .. record];
    }
}
