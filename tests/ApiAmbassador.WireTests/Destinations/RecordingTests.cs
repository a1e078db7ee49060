using System.Net.Sockets;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>What a destination records of what it receives, and what it takes for a fault.</summary>
public sealed class RecordingTests
{
    [Fact]
    public async Task Request_is_recorded_as_it_was_sent()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using var client = await RawClient.ConnectAsync(one.Port);

        await client.SendAsync("PUT //a/../%2f?x=%41 HTTP/1.1\r\nhOst: one\r\nB: 2\r\nA: 1\r\nB: 3\r\nContent-Length: 2\r\n\r\nhi");
        await client.ReadUntilAsync("\r\n\r\n");

        var request = one.Requests.ShouldHaveSingleItem();
        (request.Method, request.Target, request.Version).ShouldBe(("PUT", "//a/../%2f?x=%41", "HTTP/1.1"));
        request.Headers.Select(header => header.Key).ShouldBe(["hOst", "B", "A", "B", "Content-Length"]);
        request.Header("b").ShouldBe("2, 3");
        (request.BodyText, request.BodyLength, request.BodyComplete).ShouldBe(("hi", 2, true));
    }

    [Fact]
    public async Task Chunked_body_is_recorded_without_its_framing_and_with_trailers()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using var client = await RawClient.ConnectAsync(one.Port);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: one\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.SendAsync("2\r\nab\r\nA;x=y\r\n0123456789\r\n0\r\nX-Sum: 12\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");

        var request = one.Requests.ShouldHaveSingleItem();
        request.BodyText.ShouldBe("ab0123456789");
        request.Trailers.ShouldBe([new("X-Sum", "12")]);
    }

    [Fact]
    public async Task Body_beyond_the_bound_is_counted_and_not_kept()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using var client = PlainClient.Create(one.Address);

        using var content = new ByteArrayContent(new byte[RequestBodyReader.RecordedBytes + 5]);
        (await client.PostAsync("", content, TestContext.Current.CancellationToken)).Dispose();

        var request = one.Requests.ShouldHaveSingleItem();
        request.Body.Length.ShouldBe(RequestBodyReader.RecordedBytes);
        request.BodyLength.ShouldBe(RequestBodyReader.RecordedBytes + 5);
    }

    [Fact]
    public async Task Body_can_be_watched_arriving_and_breaking_off()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using (var client = await RawClient.ConnectAsync(one.Port))
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: one\r\nContent-Length: 10\r\n\r\nhalf");
            await one.WaitForAsync(d => d.Requests is [{ BodyText: "half", BodyComplete: false, Abandoned: false }]);
        }

        await one.WaitForAsync(d => d.Requests is [{ BodyText: "half", BodyComplete: false, Abandoned: true }]);
    }

    [Fact]
    public async Task Client_that_waits_for_100_continue_gets_it()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());

        // Were it not for the 100, curl would wait longer than it is given.
        var curl = await Curl.RunAsync("--expect100-timeout", "60", "-H", "Expect: 100-continue", "--data", "body", $"{one.Address}");

        curl.ExitCode.ShouldBe(0, curl.Error);
        one.Requests.ShouldHaveSingleItem().BodyText.ShouldBe("body");
    }

    [Theory]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nName : value\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n")]
    public async Task Malformed_request_is_a_fault(string bytes)
    {
        var one = ScriptedDestination.Start("one", Reply.Ok());
        using var client = await RawClient.ConnectAsync(one.Port);
        await client.SendAsync(bytes);

        var fault = await Should.ThrowAsync<AggregateException>(() => one.WaitForAsync(_ => false));

        fault.InnerException.ShouldBeOfType<InvalidDataException>();
        await one.DisposeAsync();
    }

    [Fact]
    public async Task Exception_in_the_script_comes_out_at_the_end_of_the_test()
    {
        var one = ScriptedDestination.Start("one", _ => throw new ArithmeticException("mine"));
        using var client = await RawClient.ConnectAsync(one.Port);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: one\r\n\r\n");
        await Should.ThrowAsync<SocketException>(client.ReadToEndAsync);

        var fault = await Should.ThrowAsync<AggregateException>(async () => await one.DisposeAsync());
        fault.InnerException!.Message.ShouldBe("mine");
    }

    [Fact]
    public async Task Fault_that_the_test_has_taken_is_dealt_with()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("hello").CloseInBody(afterBytes: 5));

        await Curl.RunAsync($"{one.Address}");

        one.TakeFaults().ShouldHaveSingleItem().Message.ShouldContain("whole reply");
    }

    [Fact]
    public async Task Wait_that_ends_in_vain_says_what_was_seen()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        await Curl.RunAsync($"{one.Address}seen");

        var exception = await Should.ThrowAsync<TimeoutException>(() => one.WaitForAsync(d => d.RequestCount == 7, TimeSpan.FromMilliseconds(50)));

        exception.Message.ShouldContain("d => d.RequestCount == 7");
        exception.Message.ShouldContain("GET /seen");
    }
}
