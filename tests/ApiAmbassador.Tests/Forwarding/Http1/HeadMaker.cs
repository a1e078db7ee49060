namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>Makes heads of answers as one destination sends them: alike, but not quite. The same seed makes the same heads.</summary>
internal sealed class HeadMaker(int seed)
{
    private static readonly string[] Names = ["Date", "Server", "X-A", "x-a", "X-Longer-Than-The-Others", "Set-Cookie", "Content-Type", "Retry-After", "ETag"];

    private static readonly string[] Framings =
    [
        "Content-Length: 5", "Content-Length: 6", "content-length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Connection: close", "Connection: keep-alive",
    ];

    private static readonly string[] StatusLines = ["HTTP/1.1 200 OK", "HTTP/1.1 200 Fine", "HTTP/1.1 404 Not Found", "HTTP/1.0 200 OK", "HTTP/1.1 503"];

    private static readonly string[] Wrongs = ["no header", "X(A): b", "Content-Length: five", "Transfer-Encoding: gzip", "X-A: \0"];

    private readonly Random _random = new(seed);
    private readonly List<string> _lines = ["Date: now", "Server: theirs", "X-A: b"];
    private string _status = StatusLines[0];

    /// <summary>The next head, with its empty line.</summary>
    public string Next()
    {
        for (var changes = _random.Next(4); changes > 0; changes--)
        {
            Change();
        }

        // What is wrong, or much too long, is so once; and so is another value beside it, after which the one before comes back.
        List<string> lines = [.. _lines];
        if (lines.Count > 0 && _random.Next(3) == 0)
        {
            var other = _random.Next(lines.Count);
            lines[other] = Revalued(lines[other]);
        }

        switch (_random.Next(20))
        {
            case 0:
                lines.Insert(_random.Next(lines.Count + 1), Of(Wrongs));
                break;
            case 1:
                lines.Insert(_random.Next(lines.Count + 1), $"X-Long: {new string('l', _random.Next(1900, 2300))}");
                break;
            case 2:
                lines.InsertRange(_random.Next(lines.Count + 1), Enumerable.Range(0, _random.Next(50, 80)).Select(i => $"X-{i}: {i}"));
                break;
        }

        return string.Concat(lines.Prepend(_status).Select(line => line + LineEnd())) + LineEnd();
    }

    private void Change()
    {
        var at = _random.Next(_lines.Count + 1);
        switch (_random.Next(8))
        {
            case 0:
                _status = Of(StatusLines);
                break;
            case 1 or 4 when _lines.Count < 12:
                _lines.Insert(at, Line());
                break;
            case 2 when !_lines.Exists(IsFraming): // Two of them may be one too many, and so for good.
                _lines.Insert(at, Of(Framings));
                break;
            case 3 when at < _lines.Count:
                _lines.RemoveAt(at);
                break;
            case 5 when at < _lines.Count: // Another value under the same name, or one that the old one begins with.
                _lines[at] = _random.Next(3) == 0 && _lines[at].Length > 12 ? _lines[at][..^1] : Revalued(_lines[at]);
                break;
            case 6 when at < _lines.Count:
                (_lines[at], _lines[0]) = (_lines[0], _lines[at]);
                break;
            case 7 when at < _lines.Count && !IsFraming(_lines[at]): // The same line, said differently.
                _lines[at] = _random.Next(2) == 0 ? _lines[at].Replace(": ", ":", StringComparison.Ordinal) : _lines[at] + "\r\n folded";
                break;
        }
    }

    private string Line() => $"{Of(Names)}: {Value()}";

    private string Revalued(string line) => IsFraming(line) ? line : $"{line.Split(':')[0]}: {Value()}";

    private static bool IsFraming(string line) =>
        Framings.Any(framing => line.StartsWith(framing[..framing.IndexOf(':', StringComparison.Ordinal)], StringComparison.OrdinalIgnoreCase));

    /// <summary>One of few, so that the same come back.</summary>
    private string Value() => _random.Next(5) == 0 ? "\u00e9 \t b" : $"{_random.Next(4)}";

    private string LineEnd() => _random.Next(40) == 0 ? "\n" : "\r\n";

    private string Of(string[] all) => all[_random.Next(all.Length)];
}
