using System.Collections.Immutable;
using System.Text;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// What a destination does with one request: an answer, or a way of failing to give one. Immutable, so one reply can serve many
/// requests; the <c>With</c> methods describe the answer, the others how it is delivered and what becomes of the connection.
/// </summary>
public sealed record Reply
{
    private Reply()
    {
    }

    internal int StatusCode { get; private init; }

    internal ImmutableArray<KeyValuePair<string, string>> Headers { get; private init; } = [];

    internal ImmutableArray<ReadOnlyMemory<byte>> BodyPieces { get; private init; } = [];

    internal bool IsChunked { get; private init; }

    internal ImmutableArray<KeyValuePair<string, string>> Trailers { get; private init; } = [];

    /// <summary>Sent in place of status, headers and body.</summary>
    internal ReadOnlyMemory<byte>? RawBytes { get; private init; }

    internal ImmutableArray<Reply> Interims { get; private init; } = [];

    internal Gate? HeldBy { get; private init; }

    internal Gate? DrippedBy { get; private init; }

    internal bool EndsInHead { get; private init; }

    /// <summary>Where in the body it ends, in bytes after the head; null for a body that is sent whole.</summary>
    internal int? EndsInBodyAfter { get; private init; }

    internal ConnectionEnd End { get; private init; }

    internal bool ReadsBody { get; private init; } = true;

    internal bool Echoes { get; private init; }

    /// <summary>200 with a body of a known length.</summary>
    public static Reply Ok(string body = "") => Status(200).WithBody(body);

    /// <summary>A status without a body. <paramref name="retryAfter"/> is in seconds.</summary>
    public static Reply Status(int statusCode, int? retryAfter = null)
    {
        var reply = new Reply { StatusCode = statusCode };
        return retryAfter is { } seconds ? reply.WithHeader("Retry-After", $"{seconds}") : reply;
    }

    /// <summary>Reads the request and never answers, until the client leaves or the destination is disposed.</summary>
    public static Reply Hang() => Status(504).Held(by: new Gate());

    /// <summary>Reads the request and closes with a FIN instead of an answer.</summary>
    public static Reply Close() => Raw("");

    /// <summary>Reads the request and resets the connection instead of an answer.</summary>
    public static Reply Reset() => Raw("") with { End = ConnectionEnd.Reset };

    /// <summary>These bytes (Latin-1) and then a FIN, whatever they may be. It can also give an answer whose body ends with the connection.</summary>
    public static Reply Raw(string bytes) => new() { RawBytes = Encoding.Latin1.GetBytes(bytes), End = ConnectionEnd.Close };

    /// <summary>Bytes that no one can take for HTTP, and then a FIN.</summary>
    public static Reply Garbage() => Raw("\u0000\u0001\u00fe\u00ffthis is not HTTP\r\n\r\n");

    /// <summary>200 with one header value of this many bytes.</summary>
    public static Reply OversizeHeaders(int bytes) => Ok().WithHeader("X-Padding", new string('a', bytes));

    /// <summary>101, and from then on every byte is sent back until the client closes.</summary>
    public static Reply Upgrade(string protocol) =>
        Status(101).WithHeader("Connection", "Upgrade").WithHeader("Upgrade", protocol) with { Echoes = true, End = ConnectionEnd.Close };

    /// <summary>Adds a header, unchecked: what is given here goes over the wire.</summary>
    public Reply WithHeader(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    /// <summary>A body with Content-Length, sent in these pieces.</summary>
    public Reply WithBody(params string[] pieces) => WithBody([.. pieces.Select(ReadOnlyMemory<byte> (piece) => Encoding.UTF8.GetBytes(piece))]);

    /// <inheritdoc cref="WithBody(string[])"/>
    public Reply WithBody(params ReadOnlyMemory<byte>[] pieces) => this with { BodyPieces = [.. pieces], IsChunked = false };

    /// <summary>A chunked body, each of these a chunk and a write of its own.</summary>
    public Reply WithChunks(params string[] chunks) => WithBody(chunks) with { IsChunked = true };

    /// <summary>A header after a body, which makes the body a chunked one.</summary>
    public Reply WithTrailer(string name, string value) => this with { Trailers = Trailers.Add(new(name, value)), IsChunked = true };

    /// <summary>An interim answer (1xx) that goes out first; several go out in the order they were added.</summary>
    public Reply WithInterim(Reply interim) => this with { Interims = Interims.Add(interim) };

    /// <summary>
    /// The answer, its first header included, waits for the gate; interim answers do not. A client that leaves meanwhile is noticed, unless
    /// bytes of it are waiting unread.
    /// </summary>
    public Reply Held(Gate by) => this with { HeldBy = by };

    /// <summary>Each piece of the body waits for the gate; the head does not.</summary>
    public Reply Dripped(Gate by) => this with { DrippedBy = by };

    /// <summary>Half of the head, then a FIN.</summary>
    public Reply CloseInHead() => this with { EndsInHead = true, End = ConnectionEnd.Close };

    /// <summary>Half of the head, then a RST.</summary>
    public Reply ResetInHead() => this with { EndsInHead = true, End = ConnectionEnd.Reset };

    /// <summary>The head and so many bytes after it (chunk framing counts), then a FIN.</summary>
    public Reply CloseInBody(int afterBytes) => this with { EndsInBodyAfter = afterBytes, End = ConnectionEnd.Close };

    /// <summary>The head and so many bytes after it (chunk framing counts), then a RST.</summary>
    public Reply ResetInBody(int afterBytes) => this with { EndsInBodyAfter = afterBytes, End = ConnectionEnd.Reset };

    /// <summary>Says <c>Connection: close</c> and does it.</summary>
    public Reply ThenClose() => WithHeader("Connection", "close") with { End = ConnectionEnd.Close };

    /// <summary>
    /// Closes without having said so: the client's idle connection is dead, and a request that crosses the FIN dies with it.
    /// (A script that gives <see cref="Reset"/> when <see cref="ReceivedRequest.NumberOnConnection"/> is above 1 makes that race certain.)
    /// </summary>
    public Reply ThenCloseSilently() => this with { End = ConnectionEnd.Close };

    /// <summary>
    /// Answers without reading the request's body or saying <c>100 Continue</c>. After an answer that would keep the connection alive it
    /// sends a FIN and throws away what still comes, as careful servers do; after others it closes at once, and the client sees a RST.
    /// </summary>
    public Reply WithoutReadingBody() => this with { ReadsBody = false };
}
