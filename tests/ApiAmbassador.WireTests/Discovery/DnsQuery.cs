using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>A question as a <see cref="ScriptedDns"/> received it.</summary>
/// <param name="Number">Counts the questions of the server, from 1.</param>
/// <param name="Name">In lower case, without the last dot.</param>
/// <param name="Type">The number of the type, as in <see cref="DnsZone"/>.</param>
/// <param name="Id">The message's id.</param>
/// <param name="IsTcp">Whether it came over TCP.</param>
/// <param name="EdnsBytes">The datagram that its sender takes, by EDNS; null where there is no EDNS in it.</param>
/// <param name="From">Who asked.</param>
public sealed record DnsQuery(int Number, string Name, int Type, ushort Id, bool IsTcp, int? EdnsBytes, IPEndPoint From)
{
    private const int HeaderBytes = 12;

    /// <summary>The question's own bytes, for the answer to repeat.</summary>
    internal byte[] Question { get; private init; } = [];

    /// <summary>Reads one, as a server would that trusts nobody.</summary>
    /// <exception cref="InvalidDataException">It is not a question.</exception>
    internal static DnsQuery Read(ReadOnlySpan<byte> message, int number, bool isTcp, IPEndPoint from)
    {
        if (message.Length < HeaderBytes + 5 || Word(message, 4) != 1 || Word(message, 6) != 0 || Word(message, 8) != 0 || (message[2] & 0xF8) != 0)
        {
            throw new InvalidDataException($"Not a question: {Convert.ToHexString(message)}");
        }

        var labels = new List<string>();
        var at = HeaderBytes;
        for (; message[at] != 0; at += message[at] + 1)
        {
            labels.Add(Encoding.Latin1.GetString(message.Slice(at + 1, message[at])));
        }

        var type = Word(message, at + 1);
        var end = at + 5;
        var hasEdns = Word(message, 10) == 1;
        if (end + (hasEdns ? 11 : 0) != message.Length || (hasEdns && Word(message, end + 1) != DnsZone.Opt))
        {
            throw new InvalidDataException($"A question that does not end where it should: {Convert.ToHexString(message)}");
        }

        return new DnsQuery(number, string.Join('.', labels).ToLowerInvariant(), type, Word(message, 0), isTcp, hasEdns ? Word(message, end + 3) : null, from)
        {
            Question = message[HeaderBytes..end].ToArray(),
        };
    }

    private static ushort Word(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
}
