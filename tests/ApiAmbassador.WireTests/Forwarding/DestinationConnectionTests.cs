using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ApiAmbassador.Forwarding;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>Who has much to read or to write leaves the thread to others after 64 KiB, and loses nothing.</summary>
public sealed class DestinationConnectionTests : IDisposable
{
    private const int AtOnce = 64 * 1024;
    private const int Piece = 4 * 1024;
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(4 * AtOnce);
    private readonly Socket _peer;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1 << 20, SendBufferSize = 1 << 20 };
    private readonly DestinationConnection _connection;

    public DestinationConnectionTests()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1 << 20 };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen();
        _socket.Connect(listener.LocalEndPoint!);
        _peer = listener.Accept();
        _peer.SendBufferSize = 1 << 20;
        _connection = new DestinationConnection(_socket, static _ => { });
    }

    public void Dispose()
    {
        _connection.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public async Task MuchToRead_leavesTheThread()
    {
        _peer.Send(_bytes).ShouldBe(_bytes.Length);
        await Eventually.SeesAsync(() => _socket.Available, available => available == _bytes.Length);
        var received = new byte[_bytes.Length];
        var count = 0;

        ValueTask<int> reading;
        while ((reading = _connection.ReadAsync(received.AsMemory(count, Piece), TestContext.Current.CancellationToken)).IsCompleted)
        {
            count += await reading;
        }

        IsLeftInTime(count);
        count += await reading;
        await _connection.ReadExactlyAsync(received.AsMemory(count), TestContext.Current.CancellationToken);
        received.ShouldBe(_bytes);
    }

    [Fact]
    public async Task MuchToWrite_leavesTheThread()
    {
        var count = 0;

        ValueTask writing;
        while ((writing = _connection.WriteAsync(_bytes.AsMemory(count, Piece), TestContext.Current.CancellationToken)).IsCompleted)
        {
            await writing;
            count += Piece;
        }

        IsLeftInTime(count);
        await writing;
        await _connection.WriteAsync(_bytes.AsMemory(count + Piece), TestContext.Current.CancellationToken);
        var received = new byte[_bytes.Length];
        await using var peer = new NetworkStream(_peer);
        await peer.ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        received.ShouldBe(_bytes);
    }

    /// <summary>Another thread may have ended what was left to it before we look: then this was the next time.</summary>
    private void IsLeftInTime(int count)
    {
        count.ShouldBeLessThan(_bytes.Length);
        (count % AtOnce).ShouldBe(0);
    }
}
