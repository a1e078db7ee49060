using System.Buffers;
using System.Text;

namespace ApiAmbassador.Names;

/// <summary>
/// Names as DNS has them. Ours end in Host headers, certificate checks and logs, so that they are made of what host names and service labels
/// are made of and of nothing else: letters, digits, hyphens and underscores between dots. Internationalized names come as <c>xn--</c>.
/// </summary>
internal static class DnsName
{
    /// <summary>In letters; 255 bytes on the wire, with a length before each label and the root at the end (RFC 1035, 2.3.4).</summary>
    public const int LengthMax = 253;

    /// <summary>In letters (RFC 1035, 2.3.4).</summary>
    public const int LabelMax = 63;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>Whether it is a letter of a name.</summary>
    public static bool Has(char letter) => Letters.Contains(letter);

    /// <summary>Reads a name as people write it. Lower case and no last dot is how names are compared here.</summary>
    /// <param name="text">A name; one dot at its end does not count.</param>
    /// <param name="name">The name, or an empty text.</param>
    /// <returns>Whether it is a name; the root is none.</returns>
    public static bool TryNormalise(string text, out string name)
    {
        name = "";
        var whole = text.EndsWith('.') ? text.AsSpan(0, text.Length - 1) : text;
        if (whole.Length is 0 or > LengthMax)
        {
            return false;
        }

        foreach (var label in whole.Split('.'))
        {
            if (whole[label].Length is 0 or > LabelMax || whole[label].ContainsAnyExcept(Letters))
            {
                return false;
            }
        }

        name = whole.ToString().ToLowerInvariant();
        return true;
    }

    /// <summary>Writes a name, without compression.</summary>
    /// <param name="name">As <see cref="TryNormalise"/> leaves it.</param>
    /// <param name="to">Where to; its length and two bytes are needed.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(string name, Span<byte> to)
    {
        var at = 0;
        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan()[range];
            to[at] = (byte)label.Length;
            at += 1 + Encoding.ASCII.GetBytes(label, to[(at + 1)..]);
        }

        to[at] = 0;
        return at + 1;
    }
}
