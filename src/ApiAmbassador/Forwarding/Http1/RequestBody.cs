using System.Buffers;
using System.Buffers.Text;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>
/// Sends a request's body behind its head, as it comes. The head waits for the body's first bytes, and goes with them in one piece: a request whose body
/// nobody has touched has not left us.
/// </summary>
internal static class RequestBody
{
    /// <summary>What is read at once; a caller that fills the small one gets the large one.</summary>
    private const int SmallBytes = 4096, LargeBytes = 64 * 1024;

    /// <summary>The line before a chunk of so many bytes, and the end behind it.</summary>
    private const int ChunkLineBytes = 7, ChunkEndBytes = 2;

    /// <summary>Sends it all. It never throws: what went wrong is told.</summary>
    /// <param name="connection">Where to; its output has the head.</param>
    /// <param name="body">The body.</param>
    /// <param name="length">How long it is; null where it goes in chunks.</param>
    /// <param name="pace">Hears of each piece that has moved.</param>
    public static async Task<BodySent> SendAsync(Http1Connection connection, Stream body, long? length, Pace pace)
    {
        var head = connection.Output.Written;
        byte[]? buffer = null;
        var (size, left, isReading) = (SmallBytes, length ?? long.MaxValue, true);
        try
        {
            while (left > 0)
            {
                // Nothing is held for who is slow.
                isReading = true;
                var ready = body.ReadAsync(Memory<byte>.Empty, connection.CutToken);
                if (ready.IsCompletedSuccessfully)
                {
                    _ = ready.Result;
                }
                else
                {
                    Return(ref buffer);
                    await ready;
                }

                var start = head.Length + ChunkLineBytes;
                buffer ??= ArrayPool<byte>.Shared.Rent(start + size + ChunkEndBytes);
                var count = await body.ReadAsync(buffer.AsMemory(start, size), connection.CutToken);
                pace.Moved(connection);
                isReading = false;
                if (count > left || (count == 0 && length is not null))
                {
                    return Ends(connection, BodyEnd.Caller, new InvalidOperationException("The body is not as long as the Content-Length of its request says."));
                }

                left -= count;
                await connection.WriteAsync(length is null ? Chunk(buffer, head.Span, start, count) : Piece(buffer, head.Span, start, count));
                pace.Moved(connection);
                head = default;
                if (count == 0)
                {
                    break;
                }

                if (count == size && size == SmallBytes)
                {
                    Return(ref buffer);
                    size = LargeBytes;
                }
            }

            return new BodySent(BodyEnd.Complete, Exception: null);
        }
        catch (Exception e)
        {
            var isCut = connection.Cause == CutCause.Cancelled || (connection.Cause == CutCause.GivenUp && isReading);
            return Ends(connection, isCut ? BodyEnd.Cut : isReading ? BodyEnd.Caller : BodyEnd.Destination, e);
        }
        finally
        {
            Return(ref buffer);
        }
    }

    /// <summary>The destination need not wait for a rest that does not come. Where it takes no more it may still have an answer.</summary>
    private static BodySent Ends(Http1Connection connection, BodyEnd end, Exception e)
    {
        if (end == BodyEnd.Caller)
        {
            connection.Cut(CutCause.GivenUp);
        }

        return new BodySent(end, e);
    }

    private static ReadOnlyMemory<byte> Piece(byte[] buffer, ReadOnlySpan<byte> head, int start, int count)
    {
        head.CopyTo(buffer.AsSpan(start - head.Length));
        return buffer.AsMemory((start - head.Length)..(start + count));
    }

    /// <summary>A chunk with its line before it; the last one has no bytes.</summary>
    private static ReadOnlyMemory<byte> Chunk(byte[] buffer, ReadOnlySpan<byte> head, int start, int count)
    {
        Span<byte> line = stackalloc byte[ChunkLineBytes];
        Utf8Formatter.TryFormat(count, line, out var digits, 'x');
        "\r\n"u8.CopyTo(line[digits..]);
        var begin = start - digits - 2;
        line[..(digits + 2)].CopyTo(buffer.AsSpan(begin));
        "\r\n"u8.CopyTo(buffer.AsSpan(start + count));
        head.CopyTo(buffer.AsSpan(begin - head.Length));
        return buffer.AsMemory((begin - head.Length)..(start + count + ChunkEndBytes));
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }
}
