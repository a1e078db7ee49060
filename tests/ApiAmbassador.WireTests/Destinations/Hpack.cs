using System.Collections.Immutable;
using System.Text;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>
/// Headers of HTTP/2 (RFC 7541), as far as .NET's client and this server write them: the static table and plain literals, no Huffman code and
/// no dynamic table.
/// </summary>
internal static class Hpack
{
    /// <summary>RFC 7541, appendix A.</summary>
    private static readonly string[] StaticNames =
    [
        "", ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status", ":status", ":status", ":status",
        ":status", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept", "access-control-allow-origin", "age", "allow",
        "authorization", "cache-control", "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since", "if-none-match",
        "if-range", "if-unmodified-since", "last-modified", "link", "location", "max-forwards", "proxy-authenticate", "proxy-authorization", "range",
        "referer", "refresh", "retry-after", "server", "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via",
        "www-authenticate",
    ];

    private static readonly string[] StaticValues = ["", "", "GET", "POST", "/", "/index.html", "http", "https", "200", "204", "206", "304", "400", "404", "500"];

    public static ImmutableArray<KeyValuePair<string, string>> Read(ReadOnlySpan<byte> block)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (!block.IsEmpty)
        {
            if ((block[0] & 0x80) != 0)
            {
                var index = ReadNumber(ref block, prefixBits: 7);
                headers.Add(new(StaticNames[index], StaticValues[index]));
                continue;
            }

            var nameIndex = block[0] switch
            {
                < 0x20 => ReadNumber(ref block, prefixBits: 4),
                < 0x40 => throw new InvalidDataException("The client resizes a dynamic table that there is not."),
                _ => throw new InvalidDataException("The client fills a dynamic table that there is not."),
            };
            var name = nameIndex == 0 ? ReadText(ref block) : StaticNames[nameIndex];
            headers.Add(new(name, ReadText(ref block)));
        }

        return headers.ToImmutable();
    }

    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return [.. block];
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        if ((block[0] & 0x80) != 0)
        {
            throw new InvalidDataException("The client uses the Huffman code.");
        }

        var length = ReadNumber(ref block, prefixBits: 7);
        var text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static void WriteText(List<byte> block, string text)
    {
        var rest = text.Length - 127;
        block.Add((byte)Math.Min(text.Length, 127));
        if (rest >= 0)
        {
            for (; rest >= 128; rest >>= 7)
            {
                block.Add((byte)(0x80 | rest));
            }

            block.Add((byte)rest);
        }

        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var max = (1 << prefixBits) - 1;
        var number = block[0] & max;
        block = block[1..];
        if (number < max)
        {
            return number;
        }

        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 0x7f) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
    }
}
