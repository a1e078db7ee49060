using System.Net.Sockets;
using System.Text;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>Reads lines and stretches of bytes from a socket, through a buffer of fixed size.</summary>
internal sealed class SocketReader(Socket socket)
{
    // Also the longest line: more than any client of ours may send in one header.
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next line without its CRLF; null when the client has closed before the first byte of it.</summary>
    /// <exception cref="EndOfStreamException">The client has closed in mid-line.</exception>
    /// <exception cref="InvalidDataException">The line does not fit the buffer.</exception>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                // Latin-1 keeps every byte, so that a test sees what was sent and not what a decoder made of it.
                var line = Encoding.Latin1.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }

            if (!await FillAsync(cancellationToken))
            {
                return _start == _end ? null : throw new EndOfStreamException("The client closed in the middle of a line.");
            }
        }
    }

    /// <summary>Whatever is there, at most <paramref name="limit"/> bytes; empty when the client has closed. Valid until the next call.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(long limit, CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken))
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var length = (int)Math.Min(limit, _end - _start);
        var bytes = _buffer.AsMemory(_start, length);
        _start += length;
        return bytes;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            throw new InvalidDataException($"A line is longer than {_buffer.Length} bytes.");
        }

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }
}
