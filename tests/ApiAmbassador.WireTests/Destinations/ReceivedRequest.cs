using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// A request as it came over the wire: nothing is decoded, normalised or put in order. An immutable snapshot; while the body is still
/// coming in, <see cref="ScriptedDestination.Requests"/> gives a newer one each time it is read.
/// </summary>
public sealed record ReceivedRequest
{
    public required string Method { get; init; }

    /// <summary>The request target, exactly as sent.</summary>
    public required string Target { get; init; }

    /// <summary>The protocol version of the request line, such as <c>HTTP/1.1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>All headers in the order they came, names in the case they came.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Arrival order at this destination, from 1.</summary>
    public int Number { get; init; }

    /// <summary>The how manieth request with this method and target it is at this destination, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The connection it came on, from 1 in the order they were accepted.</summary>
    public int ConnectionNumber { get; init; }

    /// <summary>Its place on that connection; 1 on a new connection, more on a reused one.</summary>
    public int NumberOnConnection { get; init; }

    /// <summary>The body so far, without chunk framing, up to <see cref="RequestBodyReader.RecordedBytes"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The length of the body so far in bytes, recorded or not.</summary>
    public long BodyLength { get; init; }

    /// <summary>Whether the whole body has come in; at once for a request without one.</summary>
    public bool BodyComplete { get; init; }

    /// <summary>Headers after a chunked body.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Trailers { get; init; } = [];

    /// <summary>Whether the client left before the body was in or the reply was out.</summary>
    public bool Abandoned { get; init; }

    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    internal bool IsChunked => HasToken("Transfer-Encoding", "chunked");

    internal bool ExpectsContinue => HasToken("Expect", "100-continue");

    internal bool WantsClose => HasToken("Connection", "close") || Version is "HTTP/1.0";

    internal long ContentLength => Header("Content-Length") is { } value
        ? long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)
        : 0;

    /// <summary>The value of a header; several of the same name are joined by <c>", "</c>, none gives null.</summary>
    public string? Header(string name)
    {
        var values = Headers
            .Where(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }

    public override string ToString() =>
        $"#{Number} {Method} {Target} (connection {ConnectionNumber}, {BodyLength} bytes of body"
        + $"{(BodyComplete ? "" : ", incomplete")}{(Abandoned ? ", abandoned" : "")})";

    private bool HasToken(string name, string token) =>
        Header(name)?.Split(',', StringSplitOptions.TrimEntries).Contains(token, StringComparer.OrdinalIgnoreCase) ?? false;
}
