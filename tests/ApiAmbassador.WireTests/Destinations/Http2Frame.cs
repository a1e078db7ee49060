using System.Buffers.Binary;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>One frame of HTTP/2 (RFC 9113, section 4.1), and how the ones that a server sends look on the wire.</summary>
internal sealed record Http2Frame(Http2FrameType Type, byte Flags, int StreamId, ReadOnlyMemory<byte> Payload)
{
    public const int HeadLength = 9;

    public const byte EndStreamFlag = 1, AckFlag = 1, EndHeadersFlag = 4, PaddedFlag = 8, PriorityFlag = 0x20;

    /// <summary>What a frame may carry unless the other side has said otherwise.</summary>
    private const int PayloadMax = 16_384;

    public bool Has(byte flag) => (Flags & flag) != 0;

    public static byte[] Settings() => Write(Http2FrameType.Settings, 0, 0, []);

    public static byte[] SettingsAck() => Write(Http2FrameType.Settings, AckFlag, 0, []);

    public static byte[] PingAck(ReadOnlySpan<byte> payload) => Write(Http2FrameType.Ping, AckFlag, 0, payload);

    public static byte[] Data(int streamId, ReadOnlySpan<byte> bytes, bool endStream) =>
        Write(Http2FrameType.Data, endStream ? EndStreamFlag : (byte)0, streamId, bytes);

    public static byte[] RstStream(int streamId, Http2Error code) => Write(Http2FrameType.RstStream, 0, streamId, Number((int)code));

    public static byte[] GoAway(int lastStreamId, Http2Error code) => Write(Http2FrameType.GoAway, 0, 0, [.. Number(lastStreamId), .. Number((int)code)]);

    public static byte[] WindowUpdate(int streamId, int bytes) => Write(Http2FrameType.WindowUpdate, 0, streamId, Number(bytes));

    /// <summary>A block of headers, in as many frames as it needs.</summary>
    public static byte[] Headers(int streamId, ReadOnlyMemory<byte> block, bool endStream)
    {
        var bytes = new List<byte>();
        for (var (start, type) = (0, Http2FrameType.Headers); start < block.Length; (start, type) = (start + PayloadMax, Http2FrameType.Continuation))
        {
            var piece = block.Slice(start, Math.Min(PayloadMax, block.Length - start));
            var end = start + piece.Length == block.Length ? EndHeadersFlag : 0;
            bytes.AddRange(Write(type, (byte)(end | (endStream && start == 0 ? EndStreamFlag : 0)), streamId, piece.Span));
        }

        return [.. bytes];
    }

    private static byte[] Write(Http2FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, flags, .. Number(streamId), .. payload];

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
