using System.Text;
using ApiAmbassador.Forwarding.Http1;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>What is read out of the head of an answer, and what is none.</summary>
public class AnswerHeadTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 200, null)] // The usual words are said by whoever writes the answer.
    [InlineData("HTTP/1.1 200 Fine", 200, "Fine")]
    [InlineData("HTTP/1.1 200 ok", 200, "ok")]
    [InlineData("HTTP/1.1 404 Not Found", 404, null)]
    [InlineData("HTTP/1.1 404 No such thing, sorry", 404, "No such thing, sorry")]
    [InlineData("HTTP/1.1 299 ", 299, null)]
    [InlineData("HTTP/1.1 200 ", 200, "")]
    [InlineData("HTTP/1.1 200", 200, "")]
    [InlineData("HTTP/1.1 200 \u00e4\u00ff", 200, "\u00e4\u00ff")]
    [InlineData("HTTP/1.1 999 Beyond", 999, "Beyond")]
    [InlineData("HTTP/1.0 200 OK", 200, null)]
    public void Status_line_gives_its_status_and_the_words_that_are_not_usual(string line, int status, string? words)
    {
        var head = Read($"{line}\r\n\r\n");

        (head.Status, head.ReasonPhrase).ShouldBe((status, words));
        head.IsHttp10.ShouldBe(line.StartsWith("HTTP/1.0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1")]
    [InlineData("HTTP/1.1 20")]
    [InlineData("HTTP/1.1 2000 OK")]
    [InlineData("HTTP/1.1 099 OK")]
    [InlineData("HTTP/1.1 +20 OK")]
    [InlineData("HTTP/1.1 -20 OK")]
    [InlineData("HTTP/1.1 2x0 OK")]
    [InlineData("HTTP/1.1  200 OK")]
    [InlineData("HTTP/1.1\t200 OK")]
    [InlineData("HTTP/1.1 200OK")]
    [InlineData("HTTP/1.1 200 O\rK")]
    [InlineData("HTTP/1.1 200 O\0K")]
    [InlineData("HTTP/2.0 200 OK")]
    [InlineData("HTTP/1.x 200 OK")]
    [InlineData("http/1.1 200 OK")]
    [InlineData(" HTTP/1.1 200 OK")]
    [InlineData("ICY 200 OK")]
    [InlineData("GET / HTTP/1.1")]
    public void Line_that_is_no_status_line_is_refused(string line) => IsRefused($"{line}\r\n\r\n");

    [Theory]
    [InlineData("X-A: b", "X-A", "b")]
    [InlineData("x-A:b", "x-A", "b")]
    [InlineData("X-A: \t b \t ", "X-A", "b")]
    [InlineData("X-A:", "X-A", "")]
    [InlineData("X-A: b: c", "X-A", "b: c")]
    [InlineData("X-A: \u00e9\u0001\u007f", "X-A", "\u00e9\u0001\u007f")] // Whether a caller may get it is decided by who writes to the caller.
    [InlineData("!#$%&'*+-.^_`|~09azAZ: b", "!#$%&'*+-.^_`|~09azAZ", "b")]
    [InlineData("X-Of-More-Letters-Than-Any-Usual-One: b", "X-Of-More-Letters-Than-Any-Usual-One", "b")]
    [InlineData("X-A : b", "X-A", "b")]
    [InlineData("X-A \t: b", "X-A", "b")]
    [InlineData("X-A: b\r\n c", "X-A", "b   c")]
    [InlineData("X-A: b\r\n\tc\n\td", "X-A", "b  \tc \td")]
    [InlineData("X-A:\r\n b", "X-A", "b")]
    [InlineData("X-A: b\r\n \t", "X-A", "b")]
    public void Header_line_gives_its_name_and_its_value(string line, string name, string value)
    {
        Read($"{Ok}{line}\r\n\r\n").Headers.ToArray().ShouldBe([new AnswerHeader(name, value, HeaderKind.Passes)]);
        Read($"{Ok}{line}\r\nX-B: c\r\n\r\n").Headers.ToArray().ShouldBe([new AnswerHeader(name, value, HeaderKind.Passes), new AnswerHeader("X-B", "c", HeaderKind.Passes)]);
    }

    [Theory]
    [InlineData("X-A")]
    [InlineData(": b")]
    [InlineData("X A: b")]
    [InlineData("X-\u00e4: b")]
    [InlineData("X-\0: b")]
    [InlineData("X(A): b")]
    [InlineData("\"X\": b")]
    [InlineData("X-A: b\0c")]
    [InlineData("X-A: b\rX-B: c")]
    [InlineData("X-A: b\r\r")]
    [InlineData("\r")]
    [InlineData("HTTP/1.1 200 OK")]
    public void Line_that_is_no_header_is_refused(string line)
    {
        IsRefused($"{Ok}{line}\r\n\r\n");
        IsRefused($"{Ok}X-B: c\r\n{line}\r\nX-D: e\r\n\r\n");
    }

    [Theory]
    [InlineData("timeout=5", 5)]
    [InlineData("max=100, Timeout=30", 30)]
    [InlineData("timeout=0", 0)]
    [InlineData("timeout=", null)]
    [InlineData("timeout=-1", null)]
    [InlineData("timeout=99999999999", null)]
    [InlineData("max=100", null)]
    public void Keep_alive_says_how_long_the_destination_waits(string value, int? seconds) =>
        Read($"{Ok}Keep-Alive: {value}\r\n\r\n").KeepAlive.ShouldBe(seconds is { } known ? TimeSpan.FromSeconds(known) : null);

    [Theory]
    [InlineData("Transfer-Encoding", "chunked", "TransferEncoding")]
    [InlineData("content-length", "5", "ContentLength")]
    [InlineData("CONNECTION", "close", "Connection")]
    [InlineData("Keep-Alive", "timeout=5", "KeepAlive")]
    [InlineData("Proxy-Authenticate", "Basic", "Stays")]
    [InlineData("Upgrade", "h2c", "Stays")]
    [InlineData("Alt-Svc", "h3=\":443\"", "Stays")]
    [InlineData("TE", "trailers", "Stays")]
    [InlineData("WWW-Authenticate", "Basic", "Passes")]
    [InlineData("Trailer", "X-Sum", "Passes")]
    [InlineData("Server", "theirs", "Passes")]
    public void Header_is_known_for_what_it_is(string name, string value, string kind) =>
        Read($"{Ok}{name}: {value}\r\n\r\n").Headers[0].Kind.ToString().ShouldBe(kind);

    [Theory]
    [InlineData("Content-Length: 5", 5L)]
    [InlineData("Content-Length: 0", 0L)]
    [InlineData("Content-Length: 007", 7L)]
    [InlineData("Content-Length: 999999999999999999", 999_999_999_999_999_999L)]
    [InlineData("Content-Length: 5\r\nContent-Length: 5", 5L)]
    [InlineData("Content-Length: 5\r\nX-A: b\r\ncontent-length:05", 5L)]
    [InlineData("X-A: b", null)]
    public void Length_is_what_all_that_say_one_say(string lines, long? length) => Read($"{Ok}{lines}\r\n\r\n").ContentLength.ShouldBe(length);

    [Theory]
    [InlineData("")]
    [InlineData("+5")]
    [InlineData("-5")]
    [InlineData("5, 5")]
    [InlineData("5,6")]
    [InlineData("5 5")]
    [InlineData("0x5")]
    [InlineData("5.0")]
    [InlineData("five")]
    [InlineData("\u0665")] // As a byte it is an e, and in no case a digit.
    [InlineData("1000000000000000000")]
    [InlineData("5\r\n 5")]
    [InlineData("5\r\nContent-Length: 6")]
    [InlineData("6\r\nX-A: b\r\ncontent-length: 5")]
    [InlineData("5\r\nContent-Length:")]
    public void Length_that_is_none_or_not_the_only_one_is_refused(string value) => IsRefused($"{Ok}Content-Length: {value}\r\n\r\n");

    [Theory]
    [InlineData("Transfer-Encoding: chunked", true)]
    [InlineData("transfer-encoding: CHUNKED", true)]
    [InlineData("Transfer-Encoding: identity", false)]
    [InlineData("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", true)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5", true)]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked", true)]
    [InlineData("X-A: chunked", false)]
    public void Chunks_are_what_it_says(string lines, bool isChunked) => Read($"{Ok}{lines}\r\n\r\n").IsChunked.ShouldBe(isChunked);

    [Theory]
    [InlineData("gzip")]
    [InlineData("gzip, chunked")]
    [InlineData("chunked, gzip")]
    [InlineData("chunked, chunked")]
    [InlineData("chunked;a=b")]
    [InlineData("xchunked")]
    [InlineData("")]
    [InlineData("chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("chunked\r\nTransfer-Encoding: identity")]
    [InlineData("identity\r\nTransfer-Encoding: gzip")]
    public void Encoding_that_is_not_chunks_alone_is_refused(string value) => IsRefused($"{Ok}Transfer-Encoding: {value}\r\n\r\n");

    [Theory]
    [InlineData("HTTP/1.1 200 OK", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close", true)]
    [InlineData("HTTP/1.1 200 OK\r\nconnection: X-A, Close", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: keep-alive", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: keep-alive", false)]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: close", false)]
    [InlineData("HTTP/1.0 200 OK", true)]
    public void Connection_ends_where_either_says_so(string lines, bool closes) => Read($"{lines}\r\n\r\n").Closes.ShouldBe(closes);

    [Theory]
    [InlineData("Retry-After: 5", "5")]
    [InlineData("X-A: b\r\nretry-after: soon\r\nRetry-After: 7", "soon")]
    [InlineData("X-A: b", null)]
    public void RetryAfter_is_the_first_that_says_so(string lines, string? after) => Read($"{Ok}{lines}\r\n\r\n").RetryAfter.ShouldBe(after);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nX-A: b\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: b\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nX-A: b\r\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: b\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A:\r\n b\r\n \r\n\r\n")]
    public void Head_ends_with_its_first_empty_line_however_lines_end(string text)
    {
        foreach (var behind in (string[])["", "x", "\n", "\r\n", "\n\n", "\r\n\r\n", "\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"])
        {
            AnswerHead.EndOf(Bytes(text + behind)).ShouldBe(text.Length, $"{text}{behind}");
        }

        for (var length = 0; length < text.Length; length++)
        {
            AnswerHead.EndOf(Bytes(text[..length])).ShouldBe(-1, text[..length]);
        }

        Read(text).Headers.ToArray().ShouldBe([new AnswerHeader("X-A", "b", HeaderKind.Passes)]);
    }

    [Fact]
    public void Line_that_stood_there_last_time_is_the_same_strings_again()
    {
        const string text = "HTTP/1.1 200 As ever\r\nX-One: a value\r\nX-Two: another\r\n\r\n";
        var head = new AnswerHead();
        head.Read(Bytes(text));
        var (words, before) = (head.ReasonPhrase, head.Headers.ToArray());

        head.Read(Bytes(text.Replace("another", "a third", StringComparison.Ordinal)));

        head.ReasonPhrase.ShouldBeSameAs(words);
        head.Headers[0].Name.ShouldBeSameAs(before[0].Name);
        head.Headers[0].Value.ShouldBeSameAs(before[0].Value);
        head.Headers[1].Name.ShouldBeSameAs(before[1].Name);
        head.Headers[1].Value.ShouldBe("a third");
    }

    [Fact]
    public void Head_that_is_too_long_to_be_kept_leaves_nothing_of_the_one_before_either()
    {
        var head = new AnswerHead();
        head.Read(Bytes($"{Ok}X-A: b\r\n\r\n"));
        head.Read(Bytes($"{Ok}X-A: c\r\nX-Long: {new string('l', 3000)}\r\n\r\n"));

        head.Read(Bytes($"{Ok}X-A: b\r\n\r\n"));

        head.Headers.ToArray().ShouldBe([new AnswerHeader("X-A", "b", HeaderKind.Passes)]);
    }

    /// <summary>A connection of 400 answers, each made of the one before by some changes: what the last one left behind never shows.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Head_after_others_is_what_it_is_by_itself(int seed)
    {
        var (makes, kept, isRefused) = (new HeadMaker(seed), new AnswerHead(), 0);
        for (var i = 0; i < 400; i++)
        {
            var bytes = Bytes(makes.Next());
            var anew = new AnswerHead();
            var (expected, actual) = (Describe(anew, [.. bytes]), Describe(kept, [.. bytes]));

            actual.ShouldBe(expected, $"seed {seed}, head {i}");
            if (expected == Refused)
            {
                (kept, isRefused) = (new AnswerHead(), isRefused + 1); // Such a connection serves no longer.
            }
        }

        isRefused.ShouldBeInRange(1, 200, $"seed {seed}: hardly a head was right, or none was wrong");
    }

    private const string Refused = "refused";

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static AnswerHead Read(string text)
    {
        var (head, bytes) = (new AnswerHead(), Bytes(text));
        AnswerHead.EndOf(bytes).ShouldBe(bytes.Length);
        head.Read(bytes);
        return head;
    }

    private static void IsRefused(string text) =>
        Should.Throw<HttpIOException>(() => new AnswerHead().Read(Bytes(text))).HttpRequestError.ShouldBe(HttpRequestError.InvalidResponse);

    private static string Describe(AnswerHead head, byte[] bytes)
    {
        try
        {
            head.Read(bytes);
        }
        catch (HttpIOException)
        {
            return Refused;
        }

        var lines = string.Join("\n", head.Headers.ToArray().Select(header => $"{header.Kind} {header.Name}: {header.Value}"));
        return $"{head.Status} {head.ReasonPhrase ?? "as usual"}, 1.0: {head.IsHttp10}, {head.ContentLength} bytes, chunked: {head.IsChunked}, closes: {head.Closes}, "
            + $"again: {head.RetryAfter}, {head.Count} lines\n{lines}";
    }
}
