using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>
/// The head of an answer, read again and again for one connection. Answers of a destination are alike: a line that stood there last time, too, is not
/// made into strings once more.
/// </summary>
internal sealed class AnswerHead
{
    /// <summary>Longer heads, and more lines, are not kept for the next answer.</summary>
    private const int KeptBytesMax = 2048, KeptLinesMax = 64, UsualLines = 16;

    private AnswerHeader[] _headers = new AnswerHeader[UsualLines];
    private (int Start, int Length)[] _places = new (int, int)[UsualLines];
    private int _keptLines;
    private byte[] _kept = [];
    private string? _lastReason;

    /// <summary>The status code.</summary>
    public int Status { get; private set; }

    /// <summary>The words after it, where they are not the usual ones.</summary>
    public string? ReasonPhrase { get; private set; }

    /// <summary>Whether it came as HTTP/1.0, whose connections end with the answer.</summary>
    public bool IsHttp10 { get; private set; }

    /// <summary>The length of the body, where it says one.</summary>
    public long? ContentLength { get; private set; }

    /// <summary>Whether the body comes in chunks.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>Whether the destination ends the connection after it.</summary>
    public bool Closes { get; private set; }

    /// <summary>What it says of its connection, where that is not the usual.</summary>
    public StringValues ConnectionOptions { get; private set; }

    /// <summary>How long the destination waits for another request, where it says so.</summary>
    public TimeSpan? KeepAlive { get; private set; }

    /// <summary>When it may be asked again, as it says.</summary>
    public string? RetryAfter
    {
        get
        {
            foreach (var header in Headers)
            {
                if (header.Name.Equals("Retry-After", StringComparison.OrdinalIgnoreCase))
                {
                    return header.Value;
                }
            }

            return null;
        }
    }

    /// <summary>How many lines there are.</summary>
    public int Count { get; private set; }

    /// <summary>The headers, in their order.</summary>
    public ReadOnlySpan<AnswerHeader> Headers => _headers.AsSpan(0, Count);

    /// <summary>A body without a length ends with its connection.</summary>
    public void EndsConnection() => Closes = true;

    /// <summary>Where the head ends that these bytes begin with, the empty line included; -1 where it has not all come. Lines end with CRLF, or with LF alone.</summary>
    public static int EndOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\n\r\n"u8);
        var bare = (end < 0 ? bytes : bytes[..(end + 1)]).IndexOf("\n\n"u8);
        return bare >= 0 ? bare + 2 : end < 0 ? -1 : end + 3;
    }

    /// <summary>Reads a head that has all come.</summary>
    /// <param name="bytes">It, with its empty line. Folded lines (RFC 9112, section 5.2) are unfolded in place.</param>
    /// <exception cref="HttpIOException">It is none.</exception>
    public void Read(Span<byte> bytes)
    {
        Unfold(bytes);
        ReadStatusLine(TakeLine(bytes, 0, out var next));
        (Count, ContentLength, IsChunked, Closes, ConnectionOptions, KeepAlive) = (0, null, false, IsHttp10, default, null);
        while (TakeLine(bytes, next, out var after) is { Length: > 0 } line)
        {
            Add(line, next);
            next = after;
        }

        Closes |= IsChunked && ContentLength is not null; // Who says both may be taken for two (RFC 9112, section 6.3).
        Keep(bytes);
    }

    /// <summary>There is no exchange: what is too large to be kept for the next one goes.</summary>
    public void Rest()
    {
        if (_keptLines == 0 && Count > 0)
        {
            (_headers, _places, Count) = (new AnswerHeader[UsualLines], new (int, int)[UsualLines], 0);
        }
    }

    /// <summary>Reads a line of headers or trailers that nobody has seen before.</summary>
    /// <exception cref="HttpIOException">It is none.</exception>
    public static AnswerHeader ReadHeader(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? [] : line[..colon].TrimEnd(" \t"u8); // RFC 9112, section 5.1: a proxy removes that space.
        if (name.IsEmpty || !PassingHeaders.IsToken(name))
        {
            throw Invalid("a line of its headers is none");
        }

        var known = PassingHeaders.Of(name);
        return new AnswerHeader(known, ValueOf(line[(colon + 1)..]), PassingHeaders.KindOf(known));
    }

    /// <summary>The line that begins there, without its end.</summary>
    private static ReadOnlySpan<byte> TakeLine(ReadOnlySpan<byte> bytes, int start, out int next)
    {
        var line = bytes[start..];
        line = line[..line.IndexOf((byte)'\n')];
        next = start + line.Length + 1;
        return line is [.. var text, (byte)'\r'] ? text : line;
    }

    private static void Unfold(Span<byte> bytes)
    {
        for (var at = 0; bytes[at..].IndexOf((byte)'\n') is >= 0 and var end && at + end + 1 < bytes.Length; at += end + 1)
        {
            if (bytes[at + end + 1] is (byte)' ' or (byte)'\t')
            {
                bytes[at + end] = (byte)' ';
                if (at + end > 0 && bytes[at + end - 1] == '\r')
                {
                    bytes[at + end - 1] = (byte)' ';
                }
            }
        }
    }

    private static string ValueOf(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t"u8);
        return !value.ContainsAny((byte)'\r', (byte)'\0') ? Encoding.Latin1.GetString(value) : throw Invalid("a value of its headers has a line break in it");
    }

    private static HttpIOException Invalid(string why) => new(HttpRequestError.InvalidResponse, $"The answer is not HTTP/1.1: {why}.");

    private void ReadStatusLine(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200, and what follows a space.
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is < (byte)'0' or > (byte)'9' || line[8] != ' '
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100
            || (line.Length > 12 && line[12] != ' '))
        {
            throw Invalid("its first line is no status line");
        }

        Status = status;
        IsHttp10 = line[7] == '0';
        var phrase = line.Length > 13 ? line[13..] : default;
        if (Ascii.Equals(phrase, ReasonPhrases.GetReasonPhrase(status)))
        {
            ReasonPhrase = null;
        }
        else
        {
            ReasonPhrase = _lastReason is { } last && Ascii.Equals(phrase, last) ? last : _lastReason = ValueOf(phrase);
        }
    }

    private void Add(ReadOnlySpan<byte> line, int start)
    {
        var i = Count;
        if (i < _keptLines && _kept.AsSpan(_places[i].Start, _places[i].Length).SequenceEqual(line))
        {
            // As last time.
        }
        else if (i < _keptLines && IsNamed(line, _headers[i].Name))
        {
            _headers[i] = _headers[i] with { Value = ValueOf(line[(_headers[i].Name.Length + 1)..]) };
        }
        else
        {
            if (i == _headers.Length)
            {
                Array.Resize(ref _headers, 2 * i);
                Array.Resize(ref _places, 2 * i);
            }

            _headers[i] = ReadHeader(line);
            _keptLines = Math.Min(_keptLines, i); // From here on the lines are others.
        }

        _places[i] = (start, line.Length);
        Count++;
        Heed(_headers[i]);
    }

    private void Heed(AnswerHeader header)
    {
        switch (header.Kind)
        {
            // As many as there are have to say the same (RFC 9112, section 6.3).
            case HeaderKind.ContentLength:
                if (header.Value.Length is 0 or > 18 || header.Value.AsSpan().ContainsAnyExceptInRange('0', '9')
                    || (ContentLength is { } before && before != long.Parse(header.Value)))
                {
                    throw Invalid("its Content-Length is no length");
                }

                ContentLength = long.Parse(header.Value);
                break;
            case HeaderKind.TransferEncoding:
                if (IsChunked || !(header.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase) || header.Value.Equals("identity", StringComparison.OrdinalIgnoreCase)))
                {
                    throw Invalid("its Transfer-Encoding is not chunked");
                }

                IsChunked = header.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase);
                break;
            case HeaderKind.KeepAlive:
                KeepAlive = SecondsOf(header.Value);
                break;
            case HeaderKind.Connection:
                Closes |= header.Value.Contains("close", StringComparison.OrdinalIgnoreCase);
                ConnectionOptions = NamedByConnection.IsUsual(header.Value) ? ConnectionOptions : StringValues.Concat(ConnectionOptions, header.Value);
                break;
        }
    }

    /// <summary>The bytes of this head, to compare the next one's with.</summary>
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > KeptBytesMax || Count > KeptLinesMax)
        {
            _keptLines = 0;
            return;
        }

        if (_kept.Length < bytes.Length)
        {
            _kept = new byte[bytes.Length];
        }

        bytes.CopyTo(_kept);
        _keptLines = Count;
    }

    private static TimeSpan? SecondsOf(string keepAlive)
    {
        const string Timeout = "timeout=";
        var at = keepAlive.IndexOf(Timeout, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var text = keepAlive.AsSpan(at + Timeout.Length);
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static bool IsNamed(ReadOnlySpan<byte> line, string name) =>
        line.Length > name.Length && line[name.Length] == ':' && Ascii.Equals(line[..name.Length], name);
}
