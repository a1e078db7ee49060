using System.Buffers.Text;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>Bodies that come in chunks (RFC 9112, section 7.1).</summary>
internal sealed partial class Http1Connection
{
    /// <summary>How many letters the line before a chunk may have, with extensions, which nobody knows.</summary>
    private const int ChunkLineMax = 4096;

    private int _trailerBytes;

    /// <summary>Reads the lines between the data of chunks, as far as they have come; false where more is to come before data does.</summary>
    private bool ReadChunkLines()
    {
        while (true)
        {
            var bytes = _input.AsSpan(_start.._end);
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                return bytes.Length <= ChunkLineMax || _body == BodyKind.Trailers ? false : throw NotChunked();
            }

            _start += end + 1;
            var line = bytes[..end] is [.. var text, (byte)'\r'] ? text : bytes[..end];
            switch (_body)
            {
                case BodyKind.ChunkEnd:
                    _body = line.IsEmpty ? BodyKind.ChunkLine : throw NotChunked();
                    break;
                case BodyKind.ChunkLine:
                    _left = ChunkLength(line);
                    (_body, _trailerBytes) = (_left > 0 ? BodyKind.ChunkData : BodyKind.Trailers, 0);
                    if (_left > 0)
                    {
                        return HasBodyBytes;
                    }

                    break;
                case BodyKind.Trailers when line.IsEmpty:
                    _body = BodyKind.Done;
                    return true;
                default:
                    if ((_trailerBytes += line.Length) > HeadBytesMax)
                    {
                        throw TooLarge();
                    }

                    (Trailers ??= []).Add(AnswerHead.ReadHeader(line));
                    break;
            }
        }
    }

    /// <summary>What stands behind a semicolon is an extension, which nobody knows.</summary>
    private static long ChunkLength(ReadOnlySpan<byte> line) =>
        Utf8Parser.TryParse(line, out long length, out var digits, 'x') && length >= 0 && digits <= 15
        && line[digits..].Trim(" \t"u8) is [] or [(byte)';', ..]
            ? length
            : throw NotChunked();

    private static HttpIOException NotChunked() => new(HttpRequestError.InvalidResponse, "The chunks of the answer are not cut as RFC 9112, section 7.1, says.");
}
