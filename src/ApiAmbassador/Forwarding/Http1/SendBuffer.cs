using System.Globalization;
using System.Text;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>Bytes to be sent, one behind the other.</summary>
internal sealed class SendBuffer
{
    /// <summary>Above that it is not kept for the next request.</summary>
    private const int KeptBytesMax = 8192;

    private byte[] _bytes = new byte[2048];

    /// <summary>How many there are.</summary>
    public int Length { get; private set; }

    /// <summary>They.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Room behind them; whoever writes there says by <see cref="Advance"/> how much.</summary>
    public Memory<byte> Room(int atLeast)
    {
        if (_bytes.Length - Length < atLeast)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + atLeast));
        }

        return _bytes.AsMemory(Length);
    }

    /// <summary>So many were written into the room.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Forgets them.</summary>
    public void Reset()
    {
        Length = 0;
        if (_bytes.Length > KeptBytesMax)
        {
            _bytes = new byte[2048];
        }
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length).Span);
        Length += bytes.Length;
    }

    /// <summary>Adds letters as UTF-8, as Kestrel has read them.</summary>
    public void Add(ReadOnlySpan<char> letters) => Length += Encoding.UTF8.GetBytes(letters, Room(3 * letters.Length).Span);

    /// <summary>Adds a header.</summary>
    public void AddHeader(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        Add(name);
        Add(": "u8);
        Add(value);
        Add("\r\n"u8);
    }

    /// <summary>Adds a number or an address.</summary>
    public void AddFormatted<T>(T value)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(Room(64).Span, out var count, default, CultureInfo.InvariantCulture);
        Length += count;
    }
}
