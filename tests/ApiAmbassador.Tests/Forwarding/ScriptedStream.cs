using System.Threading.Channels;

namespace ApiAmbassador.Tests.Forwarding;

/// <summary>One side of a connection whose other side is the test: it says what comes and sees what was written.</summary>
internal sealed class ScriptedStream : Stream
{
    private readonly Channel<Func<byte[]>> _coming = Channel.CreateUnbounded<Func<byte[]>>();

    public List<string> Written { get; } = [];

    /// <summary>What writing fails of from now on.</summary>
    public IOException? WriteError { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Send(string bytes) => _coming.Writer.TryWrite(() => [.. bytes.Select(letter => (byte)letter)]);

    public void End() => Send("");

    public void Reset(IOException exception) => _coming.Writer.TryWrite(() => throw exception);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A read of no bytes waits for some, as that of a socket does.
        await _coming.Reader.WaitToReadAsync(cancellationToken);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        var bytes = (await _coming.Reader.ReadAsync(cancellationToken))();
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (WriteError is not null)
        {
            return ValueTask.FromException(WriteError);
        }

        Written.Add(string.Concat(buffer.ToArray().Select(letter => (char)letter)));
        return default;
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
