using System.Net;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>Answers that are well-formed, as clients see them.</summary>
public sealed class ReplyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ok_answers_with_the_body_and_keeps_the_connection()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("hello"));
        using var client = PlainClient.Create(one.Address);

        (await client.GetStringAsync("a", Token)).ShouldBe("hello");
        (await client.GetStringAsync("a", Token)).ShouldBe("hello");

        one.ConnectionsOpened.ShouldBe(1);
        one.Requests.Select(request => (request.NumberOnConnection, request.Attempt)).ShouldBe([(1, 1), (2, 2)]);
    }

    [Fact]
    public async Task Status_with_retry_after_says_when_to_come_back()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(503, retryAfter: 2));
        using var client = PlainClient.Create(one.Address);

        using var response = await client.GetAsync("", Token);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Chunks_and_trailers_are_framed_as_the_protocol_says()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(200).WithChunks("ab", "cde").WithTrailer("X-Sum", "5"));
        using var client = PlainClient.Create(one.Address);

        using var response = await client.GetAsync("", Token);

        (await response.Content.ReadAsStringAsync(Token)).ShouldBe("abcde");
        response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["5"]);
    }

    [Fact]
    public async Task Interim_answer_goes_out_before_the_held_one()
    {
        var gate = new Gate();
        var early = Reply.Status(103).WithHeader("Link", "</style.css>");
        await using var one = ScriptedDestination.Start("one", Reply.Ok("late").WithInterim(early).Held(by: gate));
        using var client = await RawClient.ConnectAsync(one.Port);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: one\r\n\r\n");
        (await client.ReadUntilAsync("\r\n\r\n")).ShouldBe("HTTP/1.1 103 \r\nLink: </style.css>\r\n\r\n");
        gate.LetOnePass();

        (await client.ReadUntilAsync("late")).ShouldStartWith("HTTP/1.1 200 OK\r\n");
    }

    [Fact]
    public async Task Dripped_body_comes_piece_by_piece_as_the_gate_lets_it()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Status(200).WithChunks("ab", "cd", "ef").Dripped(by: gate));
        using var client = PlainClient.Create(one.Address);
        using var response = await client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        var buffer = new char[10];

        gate.LetOnePass();
        (await reader.ReadAsync(buffer, Token)).ShouldBe(2);
        gate.Open();

        (await reader.ReadToEndAsync(Token)).ShouldBe("cdef");
    }

    [Fact]
    public async Task Head_request_is_answered_without_the_body_but_with_its_length()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("hello").ThenClose());
        using var client = await RawClient.ConnectAsync(one.Port);

        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: one\r\n\r\n");

        (await client.ReadToEndAsync()).ShouldBe("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n");
    }

    [Fact]
    public async Task Upgrade_echoes_bytes_until_the_client_leaves()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Upgrade("echo"));
        using (var client = await RawClient.ConnectAsync(one.Port))
        {
            // The first bytes of the new protocol may come with the request.
            await client.SendAsync("GET / HTTP/1.1\r\nHost: one\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nping");
            (await client.ReadUntilAsync("ping")).ShouldStartWith("HTTP/1.1 101 Switching Protocols\r\n");
            await client.SendAsync("\u0000\u00ff");
            (await client.ReadUntilAsync("\u00ff")).ShouldBe("\u0000\u00ff");
        }

        await one.WaitForAsync(d => d.ConnectionsOpen == 0);
    }

    [Fact]
    public async Task Answers_in_turn_follow_each_other_and_the_last_one_stays()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Hang());
        one.AnswerInTurn(Reply.Status(502), Reply.Status(503), Reply.Ok());
        using var client = PlainClient.Create(one.Address);
        var statuses = new List<int>();

        for (var i = 0; i < 4; i++)
        {
            using var response = await client.GetAsync("", Token);
            statuses.Add((int)response.StatusCode);
        }

        statuses.ShouldBe([502, 503, 200, 200]);
    }

    [Fact]
    public async Task Script_sees_the_request_before_its_body_and_decides()
    {
        await using var one = ScriptedDestination.Start("one", request => request.Target is "/large"
            ? Reply.Status(413).WithoutReadingBody()
            : Reply.Ok());

        var refused = await Curl.RunAsync("-w", "%{http_code}", "--data", "large", "-H", "Expect: 100-continue", $"{one.Address}large");
        var taken = await Curl.RunAsync("-w", "%{http_code}", "--data", "small", $"{one.Address}");

        refused.ShouldBe(new CurlResult(0, "413", ""));
        taken.ShouldBe(new CurlResult(0, "200", ""));
        one.Requests.Select(request => (request.BodyLength, request.BodyComplete)).ShouldBe([(0, false), (5, true)]);
    }
}
