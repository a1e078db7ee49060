using System.Buffers.Binary;
using System.Net;

namespace ApiAmbassador.Names;

/// <summary>
/// DNS messages (RFC 1035, EDNS of RFC 6891): a question is written, and an answer read that anybody may have sent. Strict: an answer that lies
/// about itself is refused whole, because half a list of instances takes the other half away. Where a feed has the package DnsClient, that
/// could stand here; ours has neither it nor another that is looked after.
/// </summary>
internal static class DnsMessage
{
    /// <summary>What we take in one datagram, in bytes: no path fragments it (DNS Flag Day 2020).</summary>
    public const int UdpBytesMax = 1_232;

    private const ushort Response = 0x8000;
    private const ushort Opcode = 0x7800;
    private const ushort Truncated = 0x0200;
    private const ushort RecursionDesired = 0x0100;
    private const ushort Internet = 1;

    /// <summary>Writes a question.</summary>
    /// <param name="id">Not to be guessed; the answer has it again.</param>
    /// <param name="question">The question.</param>
    /// <param name="edns">Whether larger datagrams than 512 bytes are welcome; some old servers do not understand that.</param>
    public static byte[] Query(ushort id, DnsQuestion question, bool edns)
    {
        Span<byte> message = stackalloc byte[512];
        message.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(message[10..], edns ? (ushort)1 : (ushort)0);
        var at = DnsReader.HeaderBytes + DnsName.Write(question.Name, message[DnsReader.HeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[at..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(message[(at + 2)..], Internet);
        at += 4;
        if (edns)
        {
            // The root, OPT, our size; then no flags and no options: zeros.
            BinaryPrimitives.WriteUInt16BigEndian(message[(at + 1)..], (ushort)DnsType.Opt);
            BinaryPrimitives.WriteUInt16BigEndian(message[(at + 3)..], UdpBytesMax);
            at += 11;
        }

        return message[..at].ToArray();
    }

    /// <summary>Whether these bytes are an answer to this question and not somebody else's; whether it makes sense is not asked.</summary>
    public static bool IsAnswerTo(ReadOnlySpan<byte> message, ushort id, DnsQuestion question)
    {
        try
        {
            var reader = new DnsReader(message);
            ReadHeader(ref reader, id, question);
            return true;
        }
        catch (DnsFormatException)
        {
            return false;
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="message">The bytes. There are at most 65 535, which is the bound of everything that is read from them.</param>
    /// <param name="id">The question's.</param>
    /// <param name="question">The question.</param>
    /// <exception cref="DnsFormatException">It is not an answer to it, or it makes no sense.</exception>
    public static DnsResponse Read(ReadOnlySpan<byte> message, ushort id, DnsQuestion question)
    {
        var reader = new DnsReader(message);
        var header = ReadHeader(ref reader, id, question);
        if (header.IsTruncated || header.Code is not (DnsCode.NoError or DnsCode.NxDomain))
        {
            return new DnsResponse(header.Code, header.IsTruncated, []);
        }

        var records = new List<DnsRecord>();
        for (var i = 0; i < header.Answers; i++)
        {
            if (ReadRecord(ref reader) is { } record)
            {
                records.Add(record);
            }
        }

        var code = (int)header.Code;
        for (var i = 0; i < header.Others; i++)
        {
            code |= SkipRecord(ref reader) << 4;
        }

        return reader.Left > 0
            ? throw new DnsFormatException("it goes on after its last record")
            : new DnsResponse((DnsCode)code, IsTruncated: false, code == (int)header.Code ? records : []);
    }

    private static Header ReadHeader(ref DnsReader reader, ushort id, DnsQuestion question)
    {
        if (reader.ReadUInt16() != id)
        {
            throw new DnsFormatException("it has the id of another question");
        }

        var flags = reader.ReadUInt16();
        if ((flags & (Response | Opcode)) != Response)
        {
            throw new DnsFormatException("it is not an answer to a query");
        }

        var code = (DnsCode)(flags & 0xF);
        var questions = reader.ReadUInt16();
        var header = new Header(code, (flags & Truncated) != 0, reader.ReadUInt16(), reader.ReadUInt16() + reader.ReadUInt16());

        // Who did not understand or want the question need not repeat it.
        if (questions == 0 && code is DnsCode.FormErr or DnsCode.NotImp or DnsCode.ServFail or DnsCode.Refused)
        {
            return header;
        }

        if (questions != 1
            || reader.ReadName() != question.Name
            || reader.ReadUInt16() != (ushort)question.Type
            || reader.ReadUInt16() != Internet)
        {
            throw new DnsFormatException("it answers another question");
        }

        return header;
    }

    private static DnsRecord? ReadRecord(ref DnsReader reader)
    {
        var ahead = reader;
        reader.SkipName();
        var type = (DnsType)reader.ReadUInt16();
        var isInternet = reader.ReadUInt16() == Internet;
        reader.ReadUInt32();
        var length = reader.ReadUInt16();
        if (!isInternet || type is not (DnsType.A or DnsType.Aaaa or DnsType.Cname or DnsType.Srv))
        {
            reader.Read(length);
            return null;
        }

        var name = ahead.ReadName();
        var end = reader.Position + length;
        DnsRecord record = type switch
        {
            DnsType.A => new AddressRecord(name, ReadAddress(ref reader, length, 4)),
            DnsType.Aaaa => new AddressRecord(name, ReadAddress(ref reader, length, 16)),
            DnsType.Cname => new AliasRecord(name, reader.ReadName()),
            _ => new ServiceRecord(name, reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadName()),
        };
        return reader.Position == end ? record : throw WrongLength();
    }

    private static IPAddress ReadAddress(ref DnsReader reader, int length, int expected) =>
        length == expected ? new IPAddress(reader.Read(expected)) : throw WrongLength();

    /// <summary>Passes over a record, and gives the upper bits of the code if it is EDNS' own.</summary>
    private static int SkipRecord(ref DnsReader reader)
    {
        reader.SkipName();
        var type = (DnsType)reader.ReadUInt16();
        reader.ReadUInt16();
        var upper = (int)(reader.ReadUInt32() >> 24);
        reader.Read(reader.ReadUInt16());
        return type == DnsType.Opt ? upper : 0;
    }

    private static DnsFormatException WrongLength() => new("a record in it has another length than it says");

    private readonly record struct Header(DnsCode Code, bool IsTruncated, int Answers, int Others);
}
