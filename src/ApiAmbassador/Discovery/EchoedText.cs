using System.Globalization;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>What a file, a server or a library wrote, as our errors repeat it: one line, bounded, without what may be a password.</summary>
internal static class EchoedText
{
    private const int ValueLengthMax = 80;
    private const int SentenceLengthMax = 300;

    /// <summary>A value such as a label or the name of a file; at most 80 letters of it.</summary>
    public static string Value(string written) => Line(SafeText.Address(written), ValueLengthMax);

    /// <summary>The message of an exception; at most 300 letters of it.</summary>
    public static string Sentence(string message) => Secrets.InSentence(Line(message, SentenceLengthMax)).TrimEnd('.', ' ');

    private static string Line(string text, int lengthMax)
    {
        var isCut = text.Length > lengthMax;
        return string.Create(isCut ? lengthMax : text.Length, (text, isCut), static (line, from) =>
        {
            from.text.AsSpan(0, line.Length).CopyTo(line);
            foreach (ref var letter in line)
            {
                letter = char.IsWhiteSpace(letter) ? ' ' : IsPlain(letter) ? letter : '?';
            }

            if (from.isCut)
            {
                line[^1] = '…';
            }
        });
    }

    /// <summary>Commands no terminal, turns no reading direction, and is no half of a letter.</summary>
    private static bool IsPlain(char letter) =>
        char.GetUnicodeCategory(letter) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate);
}
