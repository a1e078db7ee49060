using System.Buffers.Binary;
using System.Text;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>A protocol buffers message by its field numbers: as much of the wire format as OTLP needs.</summary>
public sealed class ProtoMessage
{
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public ProtoMessage(ReadOnlyMemory<byte> content)
    {
        for (var rest = content; rest.Length > 0;)
        {
            var tag = ReadVarint(ref rest);
            var (value, bytes) = (int)(tag & 7) switch
            {
                Varint => (ReadVarint(ref rest), ReadOnlyMemory<byte>.Empty),
                Fixed64 => (BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8).Span), ReadOnlyMemory<byte>.Empty),
                Delimited => (0UL, Take(ref rest, (int)ReadVarint(ref rest))),
                Fixed32 => (BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4).Span), ReadOnlyMemory<byte>.Empty),
                var type => throw new FormatException($"Wire type {type} is not in use any more."),
            };
            _fields.Add(((int)(tag >> 3), value, bytes));
        }
    }

    /// <summary>The messages in a repeated or single field.</summary>
    public IEnumerable<ProtoMessage> Messages(int number) => _fields.Where(field => field.Number == number).Select(field => new ProtoMessage(field.Bytes));

    public bool Has(int number) => _fields.Any(field => field.Number == number);

    public string Text(int number) => Encoding.UTF8.GetString(Last(number).Bytes.Span);

    public string Hex(int number) => Convert.ToHexStringLower(Last(number).Bytes.Span);

    public long Whole(int number) => (long)Last(number).Value;

    public double Real(int number) => BitConverter.UInt64BitsToDouble(Last(number).Value);

    /// <summary>A packed field of doubles.</summary>
    public double[] Doubles(int number)
    {
        var bytes = Last(number).Bytes;
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(bytes.Span[(i * 8)..]))];
    }

    private (int Number, ulong Value, ReadOnlyMemory<byte> Bytes) Last(int number) => _fields.LastOrDefault(field => field.Number == number);

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> rest)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref rest, 1).Span[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
