using System.Collections.Immutable;
using System.Text;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>What a <see cref="ScriptedHttp2Destination"/> does with one request: an answer, or a way of failing to give one. Immutable.</summary>
public sealed record Http2Reply
{
    private Http2Reply()
    {
    }

    /// <summary>What goes out for a stream, in this order.</summary>
    internal ImmutableArray<Func<int, byte[]>> Frames { get; private init; } = [];

    internal ConnectionEnd End { get; private init; }

    internal bool ReadsBody { get; private init; } = true;

    /// <summary>200 with this body.</summary>
    public static Http2Reply Ok(string body = "") => Status(200).With(stream => Http2Frame.Data(stream, Encoding.UTF8.GetBytes(body), endStream: true));

    /// <summary>200 with a body that does not end, for the time being.</summary>
    public static Http2Reply Begin(string body = "") => Status(200).With(stream => Http2Frame.Data(stream, Encoding.UTF8.GetBytes(body), endStream: false));

    /// <summary>Reads the request and never answers.</summary>
    public static Http2Reply Hang() => new();

    /// <summary>RST_STREAM instead of an answer.</summary>
    public static Http2Reply Reset(Http2Error code) => Hang().ThenReset(code);

    /// <summary>GOAWAY, which takes no stream above this one, instead of an answer. The connection stays open.</summary>
    public static Http2Reply GoAway(int lastStreamId, Http2Error code) => Hang().With(_ => Http2Frame.GoAway(lastStreamId, code));

    /// <summary>Bytes that are no frame that a client could expect, and a FIN.</summary>
    public static Http2Reply Garbage() => Hang().With(_ => [.. "HTTP/1.1 400 Bad Request\r\n\r\n"u8]).ThenClose();

    /// <summary>200 with headers whose values have this many bytes.</summary>
    public static Http2Reply OversizeHeaders(params int[] bytes) =>
        Status(200, [.. bytes.Select((count, i) => KeyValuePair.Create($"x-padding-{i}", new string('a', count)))]);

    /// <summary>Then RST_STREAM.</summary>
    public Http2Reply ThenReset(Http2Error code) => With(stream => Http2Frame.RstStream(stream, code));

    /// <summary>Then a FIN.</summary>
    public Http2Reply ThenClose() => this with { End = ConnectionEnd.Close };

    /// <summary>Then a RST.</summary>
    public Http2Reply ThenResetConnection() => this with { End = ConnectionEnd.Reset };

    /// <summary>All this as soon as the request's headers are in.</summary>
    public Http2Reply WithoutReadingBody() => this with { ReadsBody = false };

    private static Http2Reply Status(int code, params KeyValuePair<string, string>[] headers) =>
        Hang().With(stream => Http2Frame.Headers(stream, Hpack.Write([new(":status", $"{code}"), .. headers]), endStream: false));

    private Http2Reply With(Func<int, byte[]> frame) => this with { Frames = Frames.Add(frame) };
}
