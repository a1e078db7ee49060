using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// A connection to a destination, beneath TLS and all versions of HTTP. It says when it ends, and it is fair: what is there at once is read and
/// written at once, but only so much. Who has more goes on on the thread pool, as others wait for the thread that waits for the sockets.
/// </summary>
internal sealed class DestinationConnection(Socket socket, Action<DestinationConnection> ended) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>Bytes that go through without a wait, one way or the other, until the thread is left: some 50 µs of it.</summary>
    private const int AtOnceMax = 64 * 1024;

    private int _atOnce;

    /// <summary>Ends it, busy or not. The handler sees the end, and disposes of it.</summary>
    public void End()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_atOnce >= AtOnceMax)
        {
            return LeaveAndReadAsync(buffer, cancellationToken);
        }

        var reading = base.ReadAsync(buffer, cancellationToken);
        if (!reading.IsCompletedSuccessfully)
        {
            _atOnce = 0;
            return reading;
        }

        var count = reading.Result;
        _atOnce += count;
        return new ValueTask<int>(count);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_atOnce >= AtOnceMax)
        {
            return LeaveAndWriteAsync(buffer, cancellationToken);
        }

        var writing = base.WriteAsync(buffer, cancellationToken);
        _atOnce = writing.IsCompletedSuccessfully ? _atOnce + buffer.Length : 0;
        return writing;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        ended(this);
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> LeaveAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _atOnce = 0;
        return await ReadAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LeaveAndWriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _atOnce = 0;
        await WriteAsync(buffer, cancellationToken);
    }
}
