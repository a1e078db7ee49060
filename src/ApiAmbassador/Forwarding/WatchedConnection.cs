using System.Runtime.CompilerServices;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// A connection to a destination over which HTTP/1.1 is spoken, between <see cref="SocketsHttpHandler"/> and the socket or TLS. It knows
/// whether a request that was begun has had a byte of its answer, and when the connection ends before that, it says so by an exception: by a
/// <see cref="ReusedConnectionException"/> where it had served another request before.
/// </summary>
/// <remarks>
/// The handler itself would take such an end for a stale connection, and send a request that has no body, or whose body waits for
/// <c>100 Continue</c>, up to three times more: also a POST, also on new connections, and unknown to anybody. It does not after an exception.
/// </remarks>
internal sealed class WatchedConnection(Stream inner) : Stream
{
    // No request waits for its first byte: none was sent, an answer is on its way, or it is a tunnel. What comes now is the handler's to judge;
    // it reads ahead on idle connections.
    private const int Quiet = 0;

    // A request was begun, and nothing of its answer has come.
    private const int Asked = 1;

    // It ended when nobody had asked. The handler may have looked just before.
    private const int Ended = 2;

    private int _state = Quiet;
    private bool _used;
    private bool _reused;

    /// <inheritdoc/>
    public override bool CanRead => inner.CanRead;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => inner.CanWrite;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(buffer, cancellationToken);
        return reading.IsCompletedSuccessfully ? new ValueTask<int>(AfterRead(reading.Result, buffer.Length)) : AwaitAsync(reading, buffer.Length);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => AfterRead(inner.Read(buffer), buffer.Length);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeforeWrite(buffer.Span);
        var writing = inner.WriteAsync(buffer, cancellationToken);
        return writing.IsCompletedSuccessfully ? writing : AwaitAsync(writing);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        BeforeWrite(buffer);
        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Whether these bytes begin a request. The handler writes a request line in one piece with what follows it. In bodies and tunnels the
    /// first line seldom is one; where somebody makes it look like one, the worst is that an end of his own is told wrongly.
    /// </summary>
    private static bool BeginRequest(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        return end > 9 && bytes[end] == '\r' && bytes[(end - 9)..(end - 1)].SequenceEqual(" HTTP/1."u8);
    }

    private void BeforeWrite(ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _state) == Asked || !BeginRequest(bytes))
        {
            return;
        }

        (_reused, _used) = (_used, true);
        if (Interlocked.CompareExchange(ref _state, Asked, Quiet) == Ended)
        {
            throw new ReusedConnectionException(innerException: null);
        }
    }

    private int AfterRead(int count, int room)
    {
        if (count > 0)
        {
            if (Volatile.Read(ref _state) == Asked)
            {
                Volatile.Write(ref _state, Quiet);
            }
        }
        else if (room > 0 && EndsBeforeAnswer())
        {
            throw _reused
                ? new ReusedConnectionException(innerException: null)
                : new HttpIOException(HttpRequestError.ResponseEnded, "The connection ended before a byte of the answer came.");
        }

        return count;
    }

    private bool EndsBeforeAnswer() => Interlocked.CompareExchange(ref _state, Ended, Quiet) == Asked;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> reading, int room)
    {
        int count;
        try
        {
            count = await reading;
        }
        catch (IOException exception) when (EndsBeforeAnswer() && _reused)
        {
            throw new ReusedConnectionException(exception);
        }

        return AfterRead(count, room);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask writing)
    {
        try
        {
            await writing;
        }
        catch (IOException exception) when (Volatile.Read(ref _state) == Asked && _reused)
        {
            throw new ReusedConnectionException(exception);
        }
    }
}
