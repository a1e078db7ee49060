using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>Connections, streams and large bodies through our own forwarder.</summary>
public sealed class LeanForwarderTests
{
    [Fact]
    public async Task Requests_one_after_the_other_go_over_one_connection()
    {
        await using var one = ScriptedDestination.Start("one", request => request.Number % 2 == 0 ? Reply.Ok("even") : Reply.Status(200).WithChunks("o", "dd"));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");

        for (var i = 1; i <= 20; i++)
        {
            (await ambassador.GetAsync()).ShouldBe(i % 2 == 0 ? "even" : "odd");
        }

        one.Requests.Select(request => (request.ConnectionNumber, request.NumberOnConnection)).ShouldBe(Enumerable.Range(1, 20).Select(i => (1, i)));
    }

    [Fact]
    public async Task Requests_at_once_have_a_connection_each_and_share_none()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", request => Reply.Ok(request.Target).Held(by: gate));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");

        var answers = Enumerable.Range(0, 10).Select(i => ambassador.GetAsync($"/{i}")).ToArray();
        await one.WaitForAsync(destination => destination.RequestCount == 10);
        gate.Open();

        (await Task.WhenAll(answers)).ShouldBe(Enumerable.Range(0, 10).Select(i => $"/{i}"));
        one.ConnectionsOpened.ShouldBe(10);
        await ambassador.GetAsync("/again");
        one.ConnectionsOpened.ShouldBe(10);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("more than its length")]
    [InlineData("HTTP/1.0")]
    public async Task Connection_that_may_not_serve_again_does_not(string why)
    {
        await using var one = ScriptedDestination.Start("one", why switch
        {
            "close" => Reply.Ok("hello").WithHeader("Connection", "close"), // It says so, and does not do it.
            "HTTP/1.0" => Reply.Raw("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
            _ => Reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        });
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");

        for (var i = 1; i <= 3; i++)
        {
            (await ambassador.GetAsync()).ShouldBe("hello");
        }

        one.Requests.Select(request => request.ConnectionNumber).ShouldBe([1, 2, 3]);
        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
    }

    [Fact]
    public async Task Destination_that_is_removed_has_its_connections_closed()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup().WithCluster("", ("it", one.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        (await ambassador.GetAsync()).ShouldBe("one");
        one.ConnectionsOpen.ShouldBe(1);

        setup.WithCluster("", ("it", two.Address));

        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
        (await ambassador.GetAsync()).ShouldBe("two");
    }

    [Fact]
    public async Task Events_come_one_by_one()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start(
            "one", Reply.Status(200).WithHeader("Content-Type", "text/event-stream").WithChunks("data: 1\n\n", "data: 2\n\n", "data: 3\n\n", "end").Dripped(by: gate));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n");
        (await client.ReadUntilAsync("\r\n\r\n")).ShouldStartWith("HTTP/1.1 200 OK\r\n");

        for (var i = 1; i <= 3; i++)
        {
            gate.LetOnePass();
            (await client.ReadUntilAsync("\n\n\r\n")).ShouldBe($"9\r\ndata: {i}\n\n\r\n");
        }

        gate.Open();
        (await client.ReadToEndAsync()).ShouldBe("3\r\nend\r\n0\r\n\r\n");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Caller_that_leaves_in_the_body_ends_the_destinations_connection(bool isChunked)
    {
        var gate = new Gate();
        var reply = isChunked ? Reply.Status(200).WithChunks("first", "never") : Reply.Status(200).WithBody("first", "never");
        await using var one = ScriptedDestination.Start("one", reply.Dripped(by: gate));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        using (var client = await RawClient.ConnectAsync(ambassador.Address.Port))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
            gate.LetOnePass();
            await client.ReadUntilAsync(isChunked ? "first\r\n" : "first");
        }

        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
    }

    [Fact]
    public async Task Caller_that_leaves_in_its_own_body_ends_the_destinations_connection()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        using (var client = await RawClient.ConnectAsync(ambassador.Address.Port))
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 10\r\n\r\nhello");
            await one.WaitForAsync(destination => destination.Requests.Any(request => request.BodyLength == 5));
        }

        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
        one.Requests.ShouldHaveSingleItem().BodyComplete.ShouldBeFalse();
    }

    [Fact]
    public async Task Early_answer_to_a_large_upload_reaches_the_caller()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(413).WithBody("too large").WithoutReadingBody());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 50000000\r\n\r\n{new string('a', 100_000)}");

        (await client.ReadUntilAsync("too large")).ShouldStartWith("HTTP/1.1 413 ");
    }

    /// <summary>Each piece comes back before the next one is sent, so that neither way waits for the end of the other.</summary>
    [Fact]
    public async Task Bodies_go_up_and_down_at_once()
    {
        await using var one = await KestrelDestination.StartAsync(HttpProtocols.Http1, EchoAsync);
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        await client.SendAsync("5\r\npiece\r\n");
        (await client.ReadUntilAsync("piece\r\n")).ShouldStartWith("HTTP/1.1 200 ");

        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync($"7\r\npiece{i:00}\r\n");
            (await client.ReadUntilAsync($"piece{i:00}\r\n")).ShouldBe($"7\r\npiece{i:00}\r\n");
        }

        await client.SendAsync("0\r\n\r\n");
        (await client.ReadToEndAsync()).ShouldBe("0\r\n\r\n");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    public async Task Large_bodies_are_the_same_byte_for_byte(bool isChunked, int version)
    {
        const int seed = 41;
        var body = new byte[1024 * 1024];
        new Random(seed).NextBytes(body);
        await using var one = await KestrelDestination.StartAsync(HttpProtocols.Http1, EchoAsync);
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Version = version == 1 ? HttpVersion.Version11 : HttpVersion.Version20;
        request.Headers.TransferEncodingChunked = isChunked;

        using var response = await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var echo = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Convert.ToHexString(SHA256.HashData(echo)).ShouldBe(Convert.ToHexString(SHA256.HashData(body)), $"seed {seed}: {echo.Length} bytes");
    }

    [Fact]
    public async Task Silent_destination_is_cut_after_the_activity_timeout()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Hang());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, """ "HttpRequest": { "ActivityTimeout": "00:00:01" } """);
        var watch = Stopwatch.StartNew();

        using var response = await ambassador.SendAsync("GET", "/");

        response.Status().ShouldBe(504);
        watch.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
    }

    [Fact]
    public async Task Stream_that_falls_silent_is_broken_off_after_the_activity_timeout()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Status(200).WithChunks("first", "never").Dripped(by: gate));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, """ "HttpRequest": { "ActivityTimeout": "00:00:01" } """);
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
        gate.LetOnePass();
        await client.ReadUntilAsync("first\r\n");

        await Should.ThrowAsync<SocketException>(client.ReadToEndAsync());

        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
    }

    /// <summary>In HTTP/2 names and values have a length, and may hold what would begin another line, or another request, in HTTP/1.1.</summary>
    [Theory]
    [InlineData("x-any", "a\r\nX-Injected: b")]
    [InlineData("x-any", "a\rX-Injected: b")]
    [InlineData("x-any", "a\0")]
    [InlineData("x-any\nx-injected", "b")]
    [InlineData("x-any\0", "b")]
    [InlineData("x-any: a\r\nx-injected", "b")]
    [InlineData("x any", "b")]
    [InlineData("x-any:", "b")]
    [InlineData("x-\u00e4", "b")]
    [InlineData("", "b")]
    [InlineData("transfer-encoding", "chunked")]
    [InlineData("connection", "close")]
    [InlineData("content-length", "5")]
    [InlineData("content-length", "+0")]
    [InlineData("host", "a\r\nX-Injected: b")]
    [InlineData(":method", "GET / HTTP/1.1\r\nX-Injected: b\r\n\r\nGET")]
    [InlineData(":path", "/ HTTP/1.1\r\nX-Injected: b\r\n\r\nGET /")]
    [InlineData(":path", "/a b")]
    [InlineData(":authority", "api\r\nX-Injected: b")]
    [InlineData(":scheme", "http\r\nX-Injected: b")]
    public async Task Header_of_http2_that_could_not_stand_in_a_line_is_not_written_into_one(string name, string value)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        (string Name, string Value)[] pseudo = [(":method", "GET"), (":path", "/a"), (":authority", "api"), (":scheme", "http")];

        await RawHttp2Client.SendAsync(ambassador.Address.Port, body: null, beforeBody: null, [.. pseudo.Where(header => header.Name != name || name.Length == 0), (name, value)]);

        // It is refused, or what came is one right request; a wrong one would be a fault of the destination.
        one.TakeFaults().ShouldBeEmpty();
        one.RequestCount.ShouldBeLessThan(2);
        one.Requests.ShouldAllBe(request => request.BodyComplete && request.Header("X-Injected") == null && request.Header("X-Any") == null && request.Headers.All(header => IsName(header.Key)));
    }

    /// <summary>A name with a line break in it brings in whatever header it likes, and with that another request behind the one that was judged.</summary>
    [Fact]
    public async Task Name_of_http2_with_a_line_break_in_it_smuggles_no_request()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        await using var ambassador = await FailureWatch.StartAsync(one.Address, "");
        const string body = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: one\r\n\r\n";

        await RawHttp2Client.SendAsync(
            ambassador.Address.Port, body, beforeBody: null, (":method", "POST"), (":path", "/a"), (":authority", "api"), (":scheme", "http"), ("content-length", $"{body.Length}"),
            ("x-any: a\r\ntransfer-encoding", "chunked"));

        one.TakeFaults().ShouldBeEmpty();
        one.Requests.ShouldNotContain(request => request.Target == "/smuggled" || request.Header("Transfer-Encoding") != null);
    }

    /// <summary>Two ways to say that nothing follows: the head says so, and then the stream ends in a frame of its own.</summary>
    [Fact]
    public async Task Post_over_http2_whose_body_has_a_length_of_none_is_sent()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("taken"));
        await using var ambassador = await FailureWatch.StartAsync(one.Address, """ "HttpRequest": { "ActivityTimeout": "00:00:02" } """);

        await RawHttp2Client.SendAsync(
            ambassador.Address.Port, body: "", beforeBody: () => one.WaitForAsync(destination => destination.ConnectionsOpened == 1), (":method", "POST"), (":path", "/a"), (":authority", "api"), (":scheme", "http"), ("content-length", "0"));

        one.Requests.ShouldHaveSingleItem().Header("Content-Length").ShouldBe("0");
    }

    private static bool IsName(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    private static async Task EchoAsync(HttpContext context)
    {
        var buffer = new byte[8192];
        await context.Response.StartAsync(context.RequestAborted);
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var count)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
