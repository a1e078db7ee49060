using System.Buffers.Binary;

namespace ApiAmbassador.Names;

/// <summary>
/// Reads a DNS message from its first byte to its last. It may come from anybody: whatever does not fit is a <see cref="DnsFormatException"/>,
/// and a name costs a bounded number of steps wherever its pointers go.
/// </summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    /// <summary>The header's bytes; no name begins in them.</summary>
    public const int HeaderBytes = 12;

    /// <summary>A name on the wire (RFC 1035, 2.3.4).</summary>
    private const int NameBytesMax = 255;

    /// <summary>More pointers than a real name has; each of them leads backwards besides, so that none can be followed for ever.</summary>
    private const int JumpsMax = 32;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The byte that is read next.</summary>
    public int Position { get; private set; }

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _message.Length - Position;

    /// <summary>The next two bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Read(2));

    /// <summary>The next four bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Read(4));

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Read(int count)
    {
        if (count > Left)
        {
            throw new DnsFormatException("it ends too early");
        }

        var bytes = _message.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Passes over a name without looking at its letters or where it points to: that of a record that does not concern us.</summary>
    public void SkipName()
    {
        var end = Position + NameBytesMax;
        while (Position < end)
        {
            var length = Read(1)[0];
            switch (length & 0xC0)
            {
                case 0xC0:
                    Read(1);
                    return;
                case 0 when length == 0:
                    return;
                case 0:
                    Read(length);
                    break;
                default:
                    throw UnknownLabel();
            }
        }

        throw TooLong();
    }

    /// <summary>A name in lower case; empty for the root. Pointers (RFC 1035, 4.1.4) go backwards from where the part that they end began.</summary>
    public string ReadName()
    {
        Span<char> name = stackalloc char[NameBytesMax];
        int length = 0, wireBytes = 1, jumps = 0;
        int at = Position, partBegan = Position, after = -1;
        while (true)
        {
            var head = At(at);
            switch (head & 0xC0)
            {
                case 0xC0:
                    var target = ((head & 0x3F) << 8) | At(at + 1);
                    if (target >= partBegan || target < HeaderBytes)
                    {
                        throw new DnsFormatException("a name in it points to where no earlier name is");
                    }

                    if (++jumps > JumpsMax)
                    {
                        throw new DnsFormatException("a name in it points from place to place without end");
                    }

                    after = after < 0 ? at + 2 : after;
                    at = partBegan = target;
                    break;
                case 0 when head == 0:
                    Position = after < 0 ? at + 1 : after;
                    return name[..length].ToString();
                case 0:
                    wireBytes += head + 1;
                    if (wireBytes > NameBytesMax)
                    {
                        throw TooLong();
                    }

                    length += CopyLabel(at + 1, head, name[length..], isFirst: length == 0);
                    at += head + 1;
                    break;
                default:
                    throw UnknownLabel();
            }
        }
    }

    private readonly int CopyLabel(int from, int count, Span<char> to, bool isFirst)
    {
        var written = 0;
        if (!isFirst)
        {
            to[written++] = '.';
        }

        for (var i = from; i < from + count; i++)
        {
            var letter = (char)At(i);
            if (!DnsName.Has(letter))
            {
                throw new DnsFormatException("a name in it has other bytes than letters, digits, hyphens and underscores");
            }

            to[written++] = char.ToLowerInvariant(letter);
        }

        return written;
    }

    private readonly byte At(int position) => position < _message.Length ? _message[position] : throw new DnsFormatException("it ends in a name");

    private static DnsFormatException TooLong() => new("a name in it is longer than 255 bytes");

    private static DnsFormatException UnknownLabel() => new("a name in it has a label of an unknown kind");
}
