using System.Collections.Immutable;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// Reads the head of a request, strictly: what a lenient server would let pass is an error here, because a proxy must not send it.
/// </summary>
internal static class RequestHeadReader
{
    private const int MaxHeaders = 1000;

    /// <summary>The head as a request without a body; null when the client has closed between two requests.</summary>
    /// <exception cref="InvalidDataException">It is not a well-formed HTTP/1.x head.</exception>
    public static async Task<ReceivedRequest?> ReadAsync(SocketReader reader, CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken);
        if (line is null)
        {
            return null;
        }

        if (line.Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"] parts)
        {
            throw new InvalidDataException($"Not a request line: {line}");
        }

        var headers = await ReadHeadersAsync(reader, cancellationToken);
        var request = new ReceivedRequest { Method = method, Target = target, Version = parts[2], Headers = headers };
        CheckFraming(request);
        return request with { BodyComplete = !request.IsChunked && request.ContentLength == 0 };
    }

    /// <summary>Headers or trailers, up to and including the empty line.</summary>
    public static async Task<ImmutableArray<KeyValuePair<string, string>>> ReadHeadersAsync(SocketReader reader, CancellationToken cancellationToken)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (await reader.ReadLineAsync(cancellationToken) is var line && line != "")
        {
            var colon = (line ?? throw new EndOfStreamException("The client closed in the middle of a head.")).IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(" \t"))
            {
                throw new InvalidDataException($"Not a header: {line}");
            }

            headers.Add(new(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
            if (headers.Count > MaxHeaders)
            {
                throw new InvalidDataException($"More than {MaxHeaders} headers.");
            }
        }

        return headers.ToImmutable();
    }

    // Two answers to "where does this body end" are how requests are smuggled past a proxy (RFC 9112, section 6.3).
    private static void CheckFraming(ReceivedRequest request)
    {
        var length = request.Header("Content-Length");
        var encoding = request.Header("Transfer-Encoding");
        if (length is not null && (encoding is not null || !length.All(char.IsAsciiDigit) || length.Length is 0 or > 18))
        {
            throw new InvalidDataException($"The body has no single clear end: Content-Length: {length}, Transfer-Encoding: {encoding}");
        }

        if (encoding is not null && !string.Equals(encoding, "chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"Transfer-Encoding: {encoding}");
        }
    }
}
