using System.Text;

namespace ApiAmbassador.Tests.Names;

/// <summary>Writes DNS messages byte by byte, good ones and others; it shares nothing with the code that reads them.</summary>
internal sealed class DnsBytes
{
    public const ushort Id = 0x1234;
    public const ushort Good = 0x8180;

    /// <summary>Where the question's name is, for pointers to it.</summary>
    public const int QuestionAt = 12;

    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    /// <summary>A header and a question.</summary>
    public static DnsBytes Answer(string name, int type, int answers, ushort flags = Good, int authority = 0, int additional = 0) =>
        new DnsBytes().Words(Id, flags, 1, answers, authority, additional).Name(name).Words(type, 1);

    public DnsBytes Words(params int[] words)
    {
        foreach (var word in words)
        {
            _bytes.Add((byte)(word >> 8));
            _bytes.Add((byte)word);
        }

        return this;
    }

    public DnsBytes Raw(params IEnumerable<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public DnsBytes Name(string name) => Label([.. name.Split('.', StringSplitOptions.RemoveEmptyEntries)]).Raw(0);

    public DnsBytes Label(params string[] labels)
    {
        foreach (var label in labels)
        {
            Raw((byte)label.Length).Raw(Encoding.Latin1.GetBytes(label));
        }

        return this;
    }

    public DnsBytes Pointer(int to) => Words(0xC000 | to);

    /// <summary>What is between a record's name and its data: type, class IN, a minute to live, length.</summary>
    public DnsBytes Head(int type, int length, int @class = 1) => Words(type, @class, 0, 60, length);

    /// <summary>A record of the question's name.</summary>
    public DnsBytes Record(int type, params byte[] data) => Pointer(QuestionAt).Head(type, data.Length).Raw(data);

    public DnsBytes Srv(int priority, int weight, int port, string target) =>
        Record(33, [.. new DnsBytes().Words(priority, weight, port).Name(target).ToArray()]);

    public byte[] ToArray() => [.. _bytes];
}
