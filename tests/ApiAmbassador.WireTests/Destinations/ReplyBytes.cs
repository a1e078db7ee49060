using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>How a reply looks on the wire.</summary>
internal static class ReplyBytes
{
    public static ReadOnlyMemory<byte> Head(Reply reply)
    {
        if (reply.RawBytes is { } raw)
        {
            return raw;
        }

        var head = new StringBuilder();
        head.Append($"HTTP/1.1 {reply.StatusCode} {ReasonPhrases.GetReasonPhrase(reply.StatusCode)}\r\n");
        AppendHeaders(head, reply.Headers);
        AppendFraming(head, reply);
        head.Append("\r\n");
        return Encoding.Latin1.GetBytes(head.ToString());
    }

    /// <summary>The pieces of the body, each to be written by itself; the end of a chunked body goes with the last one.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Body(Reply reply, ReceivedRequest request)
    {
        if (!HasBody(reply) || request.Method is "HEAD")
        {
            return [];
        }

        if (!reply.IsChunked)
        {
            return reply.BodyPieces;
        }

        // An empty chunk would be the end of the body.
        var chunks = reply.BodyPieces.Where(piece => !piece.IsEmpty).Select(Chunk).ToList();
        var end = new StringBuilder("0\r\n");
        AppendHeaders(end, reply.Trailers);
        end.Append("\r\n");
        var endBytes = Encoding.Latin1.GetBytes(end.ToString());
        if (chunks.Count == 0)
        {
            return [endBytes];
        }

        chunks[^1] = (byte[])[.. chunks[^1].Span, .. endBytes];
        return chunks;
    }

    private static ReadOnlyMemory<byte> Chunk(ReadOnlyMemory<byte> bytes) =>
        (byte[])[.. Encoding.Latin1.GetBytes($"{bytes.Length:x}\r\n"), .. bytes.Span, .. "\r\n"u8];

    private static void AppendFraming(StringBuilder head, Reply reply)
    {
        if (!HasBody(reply))
        {
            return;
        }

        if (!reply.IsChunked)
        {
            head.Append($"Content-Length: {reply.BodyPieces.Sum(piece => piece.Length)}\r\n");
            return;
        }

        head.Append("Transfer-Encoding: chunked\r\n");
        if (!reply.Trailers.IsEmpty)
        {
            head.Append($"Trailer: {string.Join(", ", reply.Trailers.Select(trailer => trailer.Key))}\r\n");
        }
    }

    private static void AppendHeaders(StringBuilder text, IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
        {
            text.Append($"{name}: {value}\r\n");
        }
    }

    // These never have a body, whatever their headers say (RFC 9112, section 6.3).
    private static bool HasBody(Reply reply) => reply.RawBytes is null && reply.StatusCode is >= 200 and not 204 and not 304;
}
