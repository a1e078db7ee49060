using Microsoft.Win32.SafeHandles;

namespace ApiAmbassador.Observability;

/// <summary>
/// Standard output beside the console's log. Lines go out whole and not into each other, because both write under the lock of
/// <see cref="Console.Out"/>, whose methods are synchronized on it.
/// </summary>
internal sealed class StandardOutput : ILineOutput, IDisposable
{
    private readonly Lazy<Stream> _stream = new(Open);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> lines)
    {
        var stream = _stream.Value;
#pragma warning disable MA0064, CA2002 // Somebody else's lock is what is meant.
        lock (Console.Out)
#pragma warning restore MA0064, CA2002
        {
            stream.Write(lines);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream.IsValueCreated)
        {
            _stream.Value.Dispose();
        }
    }

    /// <summary>
    /// The console's own stream says nothing when the reader of a pipe has gone; a file stream does, and then lines can be counted. But a file stream keeps a
    /// position of its own, so where there are positions it is the console's that writes: it shares that of the log.
    /// </summary>
    private static Stream Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!pipe.CanSeek)
        {
            return pipe;
        }

        pipe.Dispose();
        return Console.OpenStandardOutput();
    }
}
