using System.Text;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>Answers as they are read from a socket: whole, or not at all.</summary>
public class Http1ConnectionTests
{
    private const string ChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    /// <summary>Answers of every form: what comes, whether the destination ends then, and what was said.</summary>
    private static readonly Dictionary<string, (string Text, bool Ends, ReadAnswer Said)> Answers = new()
    {
        ["length"] = (Hello, false, new(200, "Content-Length: 5", "hello", "")),
        ["length of none"] = ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false, new(404, "Content-Length: 0", "", "")),
        ["bare line feeds"] = ("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", false, new(200, "Content-Length: 5", "hello", "")),
        ["until the end"] = ("HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello", true, new(200, "X-A: b", "hello", "")),
        ["until the end, nothing"] = ("HTTP/1.0 200 OK\r\n\r\n", true, new(200, "", "", "")),
        ["identity until the end"] = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n5\r\nhello", true, new(200, "Transfer-Encoding: identity", "5\r\nhello", "")),
        ["chunks"] = ($"{ChunkedHead}5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n", false, new(200, "Transfer-Encoding: chunked", "hello, world", "")),
        ["chunks of none"] = ($"{ChunkedHead}0\r\n\r\n", false, new(200, "Transfer-Encoding: chunked", "", "")),
        ["chunks with line breaks"] = ($"{ChunkedHead}6\r\n\r\n0\r\n\r\r\n0\r\n\r\n", false, new(200, "Transfer-Encoding: chunked", "\r\n0\r\n\r", "")),
        ["chunks, extensions, trailers"] = (
            $"{ChunkedHead}5;a=b\r\nhello\r\n00A ; \"c\"\r\n0123456789\r\n1\t\r\n!\r\n000;x\r\nX-Sum: 7\r\nx-other:\r\n\r\n",
            false, new(200, "Transfer-Encoding: chunked", "hello0123456789!", "X-Sum: 7\nx-other: ")),
        ["chunks, bare line feeds"] = ($"{ChunkedHead}5\nhello\n0\nX-Sum: 7\n\n", false, new(200, "Transfer-Encoding: chunked", "hello", "X-Sum: 7")),
        ["chunks beside a length"] = (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            true, new(200, "Content-Length: 2\nTransfer-Encoding: chunked", "hello", "")),
        ["no content"] = ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false, new(204, "Content-Length: 5", "", "")),
        ["not modified"] = ("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", false, new(304, "Transfer-Encoding: chunked", "", "")),
        ["for information first"] = (
            $"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nContent-Length: 9\r\n\r\n{Hello}", false, new(200, "Content-Length: 5", "hello", "")),
    };

    public static TheoryData<string> Names => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answer_is_read_as_it_was_said(string name)
    {
        var (text, ends, said) = Answers[name];
        using var peer = await Peer.WithAsync(text, ends);

        (await peer.ReadAsync()).ShouldBe(said);

        peer.Connection.HasAnswered.ShouldBeTrue();
        peer.Connection.TryRest(now: 1).ShouldBe(!ends);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answer_is_the_same_byte_by_byte(string name)
    {
        var (text, ends, said) = Answers[name];
        using var peer = await Peer.ConnectAsync();
        var reading = peer.ReadAsync();

        await peer.SendApartAsync(Encoding.Latin1.GetBytes(text).Select(b => new ReadOnlyMemory<byte>([b])));
        if (ends)
        {
            peer.End();
        }

        (await reading).ShouldBe(said);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Answer_is_the_same_wherever_it_is_cut(int seed)
    {
        var random = new Random(seed);
        foreach (var (name, (text, ends, said)) in Answers)
        {
            for (var round = 0; round < 8; round++)
            {
                using var peer = await Peer.ConnectAsync();
                var reading = peer.ReadAsync();
                await peer.SendApartAsync(Cut(Encoding.Latin1.GetBytes(text), random));
                if (ends)
                {
                    peer.End();
                }

                (await reading).ShouldBe(said, $"seed {seed}, {name}, round {round}");
            }
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    public async Task Answer_to_a_head_has_no_body_whatever_it_says(string text)
    {
        using var peer = await Peer.WithAsync(text);

        (await peer.ReadAsync(isHead: true)).Body.ShouldBe("");

        peer.Connection.TryRest(now: 1).ShouldBeTrue();
    }

    /// <summary>Whoever takes them for the end of the head waits for them in vain, or takes them from the next answer.</summary>
    [Fact]
    public async Task Body_that_begins_with_a_line_break_keeps_it_behind_bare_line_feeds()
    {
        using var peer = await Peer.WithAsync("HTTP/1.1 200 OK\nContent-Length: 4\n\n\r\nab", ends: true);

        (await peer.ReadAsync()).Body.ShouldBe("\r\nab");
    }

    [Fact]
    public async Task Switched_protocol_is_none_that_we_asked_for()
    {
        using var peer = await Peer.WithAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");

        (await Should.ThrowAsync<HttpIOException>(peer.ReadAsync())).HttpRequestError.ShouldBe(HttpRequestError.InvalidResponse);
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\r\n")]
    [InlineData(";a=b\r\n")]
    [InlineData("5 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\rhello\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\n")]
    [InlineData("8000000000000000\r\n")]
    [InlineData("10000000000000005\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhello!\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\r\n0\r\n\r\n")]
    [InlineData("0\r\nno trailer\r\n\r\n")]
    [InlineData("0\r\n: b\r\n\r\n")]
    [InlineData("0\r\nX Sum: 7\r\n\r\n")]
    [InlineData("0\r\nX-Sum: 7\r\n 8\r\n\r\n")]
    [InlineData("0\r\nX-Sum: 7\0\r\n\r\n")]
    public async Task Chunks_that_are_cut_wrongly_are_refused(string chunks)
    {
        using var peer = await Peer.WithAsync($"{ChunkedHead}{chunks}", ends: true);

        (await Should.ThrowAsync<HttpIOException>(peer.ReadAsync())).HttpRequestError.ShouldBe(HttpRequestError.InvalidResponse);
    }

    [Fact]
    public async Task Line_of_a_chunk_has_a_bound()
    {
        using var right = await Peer.WithAsync($"{ChunkedHead}5;{new string('a', 3000)}\r\nhello\r\n0\r\n\r\n");
        using var wrong = await Peer.WithAsync($"{ChunkedHead}5;{new string('a', 200_000)}"); // No end of it, and the destination stays.

        (await right.ReadAsync()).Body.ShouldBe("hello");
        (await Should.ThrowAsync<HttpIOException>(wrong.ReadAsync())).HttpRequestError.ShouldBe(HttpRequestError.InvalidResponse);
    }

    [Theory]
    [InlineData(Http1Connection.HeadBytesMax, true)]
    [InlineData(Http1Connection.HeadBytesMax + 1, false)]
    [InlineData(3 * Http1Connection.HeadBytesMax, false)]
    public async Task Head_has_a_bound(int length, bool isTaken)
    {
        const string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: \r\n\r\n";
        using var peer = await Peer.WithAsync(text.Insert(text.Length - 4, new string('l', length - text.Length)));

        await IsTakenAsync(peer, isTaken);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(70, false)]
    public async Task Trailers_have_a_bound(int kibibytes, bool isTaken)
    {
        var lines = string.Concat(Enumerable.Range(0, kibibytes).Select(_ => $"X-Trailer: {new string('t', 1024 - 13)}\r\n"));
        using var peer = await Peer.WithAsync($"{ChunkedHead}5\r\nhello\r\n0\r\n{lines}\r\n");

        await IsTakenAsync(peer, isTaken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData($"{ChunkedHead}")]
    [InlineData($"{ChunkedHead}5")]
    [InlineData($"{ChunkedHead}5\r\nhell")]
    [InlineData($"{ChunkedHead}5\r\nhello")]
    [InlineData($"{ChunkedHead}5\r\nhello\r\n")]
    [InlineData($"{ChunkedHead}5\r\nhello\r\n0")]
    [InlineData($"{ChunkedHead}5\r\nhello\r\n0\r\n")]
    [InlineData($"{ChunkedHead}5\r\nhello\r\n0\r\nX-Sum: 7\r\n")]
    public async Task Answer_that_ends_too_early_is_none(string text)
    {
        using var peer = await Peer.WithAsync(text, ends: true);

        (await Should.ThrowAsync<HttpIOException>(peer.ReadAsync())).HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
        peer.Connection.HasAnswered.ShouldBe(text.Length > 0);
        peer.Connection.TryRest(now: 1).ShouldBeFalse();
    }

    [Fact]
    public async Task Answer_until_the_end_of_a_connection_that_is_reset_is_none()
    {
        using var peer = await Peer.WithAsync("HTTP/1.1 200 OK\r\n\r\nhello");
        await peer.Connection.ReadHeadAsync(isHead: false).AsTask().WithDeadlineAsync();
        (await peer.Connection.ReadBodyAsync().AsTask().WithDeadlineAsync()).Length.ShouldBe(5);

        peer.Reset();

        await Should.ThrowAsync<IOException>(peer.ReadBodyAsync());
    }

    /// <summary>Several mebibytes, so that the large buffer comes and goes, and then a small answer over the same connection.</summary>
    [Theory]
    [InlineData("length")]
    [InlineData("chunks")]
    [InlineData("until the end")]
    public async Task Large_body_is_the_same_byte_for_byte(string form)
    {
        const int seed = 21;
        var random = new Random(seed);
        var body = new byte[5 * 1024 * 1024];
        random.NextBytes(body);
        using var peer = await Peer.ConnectAsync();

        var sending = SendLargeAsync(peer, form, body, random);
        var answer = await peer.ReadAsync();
        await sending;

        Encoding.Latin1.GetBytes(answer.Body).AsSpan().SequenceEqual(body).ShouldBeTrue($"seed {seed}: {answer.Body.Length} of {body.Length} bytes came, or others");
        peer.Connection.TryRest(now: 1).ShouldBe(form != "until the end");
        if (form != "until the end")
        {
            await peer.SendAsync(Hello);
            (await peer.ReadAsync()).Body.ShouldBe("hello");
        }
    }

    [Fact]
    public async Task Request_is_sent_as_it_was_written()
    {
        using var peer = await Peer.ConnectAsync();
        peer.Connection.Output.Add("GET / HTTP/1.1\r\nHost: one\r\n\r\n");

        await peer.Connection.WriteAsync(peer.Connection.Output.Written);

        (await peer.ReceiveAsync(29)).ShouldBe("GET / HTTP/1.1\r\nHost: one\r\n\r\n");
    }

    private static async Task IsTakenAsync(Peer peer, bool isTaken)
    {
        if (isTaken)
        {
            (await peer.ReadAsync()).Status.ShouldBe(200);
            peer.Connection.TryRest(now: 1).ShouldBeTrue();
        }
        else
        {
            (await Should.ThrowAsync<HttpRequestException>(peer.ReadAsync())).HttpRequestError.ShouldBe(HttpRequestError.ConfigurationLimitExceeded);
        }
    }

    private static async Task SendLargeAsync(Peer peer, string form, byte[] body, Random random)
    {
        await peer.SendAsync(form switch
        {
            "length" => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n",
            "chunks" => ChunkedHead,
            _ => "HTTP/1.1 200 OK\r\n\r\n",
        });
        for (int at = 0, count; at < body.Length; at += count)
        {
            // Chunks of all sizes, from one byte on.
            count = Math.Min(body.Length - at, 1 << random.Next(18));
            await peer.SendAsync(form == "chunks" ? (byte[])[.. Encoding.Latin1.GetBytes($"{count:x}\r\n"), .. body.AsSpan(at, count), .. "\r\n"u8] : body.AsMemory(at, count));
        }

        if (form == "chunks")
        {
            await peer.SendAsync("0\r\n\r\n");
        }
        else if (form != "length")
        {
            peer.End();
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> bytes, Random random)
    {
        while (!bytes.IsEmpty)
        {
            var count = random.Next(1, Math.Min(bytes.Length, 30) + 1);
            yield return bytes[..count];
            bytes = bytes[count..];
        }
    }
}
