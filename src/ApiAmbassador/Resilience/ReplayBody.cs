using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.Resilience;

/// <summary>
/// A request's body that can be read again. It passes on what it reads at once and keeps a copy of it; after <see cref="Rewind"/> the copy
/// comes first and then what the client still has to send. A body that outgrows its bound, or for which there is no memory left, is let
/// go: it streams on untouched, and what was kept is dropped.
/// </summary>
/// <remarks>
/// Read by one attempt at a time. Beside it only <see cref="Release"/> may be called. The client is read by its pipe, because a read of Kestrel's
/// stream that a token cancels leaves that stream unreadable ("Reading is already in progress"), and the next attempt has to go on with it.
/// </remarks>
internal sealed class ReplayBody(PipeReader client, long? length, int bytesMax, ReplayMemory memory) : Stream
{
    private byte[]? _kept;
    private int _keptBytes;
    private int _position;
    private bool _lost = bytesMax == 0;
    private volatile bool _touched;
    private volatile bool _ended;
    private volatile bool _released;

    /// <summary>Whether nobody has read a byte, or tried to.</summary>
    public bool IsUntouched => !_touched;

    /// <summary>Whether the next attempt can have the body from its beginning.</summary>
    public bool CanRewind => !_touched || (!_lost && !_released);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets the next attempt read from the beginning.</summary>
    public void Rewind()
    {
        _position = 0;
        _ended = false;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _touched = true;
        var left = _keptBytes - _position;
        if (left > 0)
        {
            var taken = Math.Min(left, buffer.Length);
            _kept.AsSpan(_position, taken).CopyTo(buffer.Span);
            _position += taken;
            return new ValueTask<int>(taken);
        }

        return ReadClientAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies of requests are read asynchronously.");

    /// <summary>
    /// Nobody will rewind any more. Where the body has been read to its end the memory is given back at once; while an attempt may still
    /// be reading, at the request's end.
    /// </summary>
    public void Release(bool requestEnded)
    {
        _released = true;
        if ((requestEnded || _ended) && Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            memory.Return(kept);
        }
    }

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadClientAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var cancelling = cancellationToken.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), client);
        var read = await client.ReadAsync(CancellationToken.None);
        while (read.IsCanceled && !cancellationToken.IsCancellationRequested)
        {
            // Meant for an attempt before, which had its bytes already.
            client.AdvanceTo(read.Buffer.Start);
            read = await client.ReadAsync(CancellationToken.None);
        }

        var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
        var bytes = read.Buffer.Slice(0, count);
        bytes.CopyTo(buffer.Span);
        _ended = read.IsCompleted && count == read.Buffer.Length;
        client.AdvanceTo(bytes.End);
        if (count == 0 && read.IsCanceled)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        if (count > 0 && !_lost)
        {
            Keep(buffer.Span[..count]);
        }

        return count;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_released || _keptBytes + bytes.Length > bytesMax || !TryMakeRoom(_keptBytes + bytes.Length))
        {
            LetGo();
            return;
        }

        bytes.CopyTo(_kept.AsSpan(_keptBytes));
        _position = _keptBytes += bytes.Length;
    }

    /// <summary>A body that says its length gets that at once; another doubles.</summary>
    private bool TryMakeRoom(int bytes)
    {
        if (_kept is { } kept && kept.Length >= bytes)
        {
            return true;
        }

        var wanted = Math.Max(bytes, length is { } known && known <= bytesMax ? (int)known : Math.Min(bytesMax, 2 * (_kept?.Length ?? 2048)));
        if (memory.TryRent(wanted) is not { } larger)
        {
            return false;
        }

        if (_kept is { } smaller)
        {
            smaller.AsSpan(0, _keptBytes).CopyTo(larger);
            memory.Return(smaller);
        }

        _kept = larger;
        return true;
    }

    private void LetGo()
    {
        _lost = true;
        _position = _keptBytes = 0;
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            memory.Return(kept);
        }
    }
}
