using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>Requests and responses in their less usual forms, and what of them does not come through.</summary>
public class MessageTests
{
    [Theory]
    [InlineData("HEAD", 200, "Content-Length: 12345\r\n")]
    [InlineData("GET", 204, "X-Any: a\r\n")]
    [InlineData("GET", 304, "ETag: \"v1\"\r\n")]
    public async Task Response_withoutABody_passesWithItsHeaders(string method, int status, string header)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Raw($"HTTP/1.1 {status} As It Is\r\n{header}Connection: close\r\n\r\n"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        // Two requests, so that a body made up by somebody would show.
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: api\r\n\r\n{method} / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n");
        var answers = (await client.ReadToEndAsync()).Split("\r\n\r\n");

        answers.Length.ShouldBe(3);
        answers[2].ShouldBe("");
        answers[..2].ShouldAllBe(answer => answer.StartsWith($"HTTP/1.1 {status} As It Is\r\n") && (answer + "\r\n").Contains(header));
    }

    [Fact]
    public async Task Expect100_isAskedOfTheDestination_whichMayRefuseBeforeTheBodyIsSent()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(417).WithBody("too large").WithoutReadingBody());
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        // The framework's client sends what is no longer than a kibibyte in any case.
        await client.SendAsync("POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");

        (await client.ReadUntilAsync("too large")).ShouldStartWith("HTTP/1.1 417 ");
        one.Requests.ShouldHaveSingleItem().Header("Expect").ShouldBe("100-continue");
    }

    [Fact]
    public async Task Expect100_theDestinationAgrees_theBodyArrives()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("taken"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        (await client.ReadUntilAsync("\r\n\r\n")).ShouldBe("HTTP/1.1 100 Continue\r\n\r\n");
        await client.SendAsync("hello");

        (await client.ReadUntilAsync("taken")).ShouldStartWith("HTTP/1.1 200 ");
        one.Requests.ShouldHaveSingleItem().BodyText.ShouldBe("hello");
    }

    [Fact]
    public async Task Headers_ofTheRequest_areTheCallersAndYarps()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        var cookie = new string('c', 20_000);

        var result = await Curl.RunAsync("--header", "Host: shop.example", "--header", $"Cookie: {cookie}", "--header", "X-Forwarded-For: 10.1.2.3", ambassador.Address.AbsoluteUri);

        result.Output.ShouldBe("one", result.Error);
        var request = one.Requests.ShouldHaveSingleItem();
        request.Header("Host").ShouldBe(one.Address.Authority);
        request.Header("Cookie").ShouldBe(cookie);
        request.Header("X-Forwarded-For").ShouldBe("127.0.0.1"); // What a caller claims is not passed on.
        request.Header("X-Forwarded-Host").ShouldBe("shop.example");
        request.Header("X-Forwarded-Proto").ShouldBe("http");
    }

    [Fact]
    public async Task Headers_ofTheResponse_passLongRepeatedAndInTheirOrder()
    {
        var value = new string('v', 30_000);
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one")
            .WithHeader("Set-Cookie", "a=1; Path=/").WithHeader("Set-Cookie", "b=2, c").WithHeader("X-Long", value).WithHeader("Server", "theirs"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");

        var answer = await client.ReadUntilAsync("one");
        answer.ShouldContain("Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2, c\r\n");
        answer.ShouldContain($"X-Long: {value}\r\n");
        answer.ShouldContain("Server: theirs\r\n");
    }

    [Fact]
    public async Task EarlyHints_doNotComeThrough()
    {
        await using var one = ScriptedDestination.Start(
            "one", Reply.Ok("one").WithInterim(Reply.Status(103).WithHeader("Link", "</a.css>; rel=preload")));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");

        (await client.ReadUntilAsync("one")).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task Trailers_ofHttp1_doNotComeThrough()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(200).WithChunks("one").WithTrailer("X-Sum", "7"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync(
            "POST / HTTP/1.1\r\nHost: api\r\nTE: trailers\r\nTrailer: X-Mine\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Mine: 1\r\n\r\n");

        (await client.ReadUntilAsync("0\r\n\r\n")).ShouldNotContain("X-Sum: 7");
        one.Requests.ShouldHaveSingleItem().Trailers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Trailers_ofHttp1_reachACallerOfHttp2()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(200).WithChunks("one").WithTrailer("X-Sum", "7"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        (await NodeProgram.RunAsync("h2-client.js", ambassador.Address, "/")).ShouldBe(["status 200", "data one", "trailers 7"]);
    }
}
