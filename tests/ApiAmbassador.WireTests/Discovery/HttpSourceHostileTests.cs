using System.IO.Compression;
using System.Text;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Registries that fail, lie and waste our time.</summary>
public sealed class HttpSourceHostileTests
{
    private const string List = """[{"targets":["a:1"]}]""";
    private const string Password = "hunter2";
    private const int MiB = 1024 * 1024;

    private static readonly Dictionary<string, (Reply Reply, string Error)> Rows = new(StringComparer.Ordinal)
    {
        ["status 204"] = (Reply.Status(204), "answered 204"),
        ["status 304 to nobody's question"] = (Reply.Status(304), "answered 304"),
        ["status 503"] = (Reply.Status(503, retryAfter: 5), "answered 503"),
        ["no content type"] = (Reply.Ok(List), "answered without a content type; it has to be application/json"),
        ["html"] = (Typed("text/html; charset=utf-8", "<html>"), "answered text/html; charset=utf-8, not application/json in UTF-8"),
        ["other charset"] = (Typed("application/json; charset=latin1", List), "answered application/json; charset=latin1, not application/json in UTF-8"),
        ["no list"] = (Json("{}"), "answered a list that cannot be used: is no list of target groups"),
        ["redirects without end"] = (Redirect("/again"), "redirected more than 3 times"),
        ["redirect to nowhere"] = (Reply.Status(302), "answered 302 without a place to go to"),
        ["redirect to a file"] = (Redirect("file:///etc/passwd"), "answered 302 without a place to go to"),
        ["headers without end"] = (Reply.OversizeHeaders(100 * 1024), "answered with headers that are too large"),
        ["body without end"] = (Typed("application/json", [.. Enumerable.Repeat(new string(' ', MiB), 17)], chunked: true), "is larger than 16 MiB"),
        ["length that lies up"] = (Raw("Content-Length: 99999999999", "["), "is larger than 16 MiB"),
        ["length that is not reached"] = (Raw("Content-Length: 100", List), "ended its answer before it was whole"),
        ["chunks that end"] = (Raw("Transfer-Encoding: chunked", "5\r\n[]"), "ended its answer before it was whole"),
        ["chunks of no length"] = (Raw("Transfer-Encoding: chunked", "x\r\n[]"), "answered something that is not HTTP"),
        ["gzip that inflates without end"] = (Gzip(new string(' ', 17 * MiB)), "is larger than 16 MiB"),
        ["gzip that is none"] = (Json(List).WithHeader("Content-Encoding", "gzip"), "answered something that is not gzip, although it said so"),
        ["garbage"] = (Reply.Garbage(), "answered something that is not HTTP"),
        ["close"] = (Reply.Close(), "closed the connection before it had answered"),
        ["close in the head"] = (Json(List).CloseInHead(), "closed the connection before it had answered"),
        ["close in the body"] = (Json(List).CloseInBody(afterBytes: 3), "ended its answer before it was whole"),
        ["reset"] = (Reply.Reset(), "gave no answer: connection reset by peer"),
        ["reset in the body"] = (Json(List).ResetInBody(afterBytes: 3), "broke off its answer: "),
    };

    public static TheoryData<string> Failures => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_is_told_in_a_sentence_without_secrets(string row)
    {
        await using var registry = ScriptedDestination.Start("registry", Rows[row].Reply);
        using var source = Source(registry, "/sd");

        var error = (await AskAsync(source)).Error.ShouldNotBeNull();

        error.ShouldStartWith(Rows[row].Error);
        error.ShouldNotContain(Password);
        registry.RequestCount.ShouldBeLessThanOrEqualTo(4);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; Charset=\"UTF-8\"")]
    public async Task List_is_read(string contentType)
    {
        await using var registry = ScriptedDestination.Start("registry", Typed(contentType, List).WithInterim(Reply.Status(103)));
        using var source = Source(registry, "/sd");

        (await AskAsync(source)).Instances.ShouldBe([new Instance("http", "a", 1)]);
    }

    [Fact]
    public async Task Body_of_the_largest_size_is_read()
    {
        await using var registry = ScriptedDestination.Start("registry", Gzip("[]" + new string(' ', (16 * MiB) - 2)));
        using var source = Source(registry, "/sd");

        (await AskAsync(source)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Request_says_what_http_sd_asks_for_and_no_more()
    {
        await using var registry = ScriptedDestination.Start("registry", Json(List).WithHeader("Set-Cookie", "a=b"));
        using var source = Source(registry, "/sd?x=1#fragment");
        await AskAsync(source);
        await AskAsync(source);

        var request = registry.Requests[1];
        request.Target.ShouldBe("/sd?x=1");
        request.Header("Accept").ShouldBe("application/json");
        request.Header("User-Agent").ShouldNotBeNull().ShouldMatch(@"^ApiAmbassador/\d+\.\d+\.\d+$");
        request.Header("X-Prometheus-Refresh-Interval-Seconds").ShouldBe("0.5");
        request.Header("Authorization").ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Password)));
        request.Headers.Select(header => header.Key).Order(StringComparer.Ordinal).ShouldBe(
            ["Accept", "Accept-Encoding", "Authorization", "Host", "User-Agent", "X-Prometheus-Refresh-Interval-Seconds"]);
        request.NumberOnConnection.ShouldBe(2);
    }

    [Fact]
    public async Task Redirect_to_another_place_is_followed_without_the_credentials()
    {
        await using var other = ScriptedDestination.Start("other", Json(List));
        await using var registry = ScriptedDestination.Start("registry", request =>
            Redirect(request.Target == "/sd" ? "/here" : $"http://them:{Password}@127.0.0.1:{other.Port}/there"));
        using var source = Source(registry, "/sd");

        (await AskAsync(source)).Error.ShouldBeNull();

        registry.Requests.Count(request => request.Header("Authorization") is not null).ShouldBe(2);
        other.Requests.ShouldHaveSingleItem().Header("Authorization").ShouldBeNull();
    }

    [Fact]
    public async Task Three_redirects_are_followed()
    {
        await using var registry = ScriptedDestination.Start("registry", request => request.Number < 4 ? Redirect($"/{request.Number}") : Json(List));
        using var source = Source(registry, "/sd");

        (await AskAsync(source)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task List_that_is_the_same_is_not_read_again_and_a_failure_between_is_told()
    {
        await using var registry = ScriptedDestination.Start("registry", Json(List));
        using var source = Source(registry, "/sd");
        var first = await AskAsync(source);

        registry.AnswerWith(Reply.Status(500));
        (await AskAsync(source)).Error.ShouldBe("answered 500");
        registry.AnswerWith(Json(List));

        (await AskAsync(source)).ShouldBeSameAs(first);
    }

    [Fact]
    public async Task Certificate_that_nobody_trusts_is_told()
    {
        using var certificate = TestCertificate.Create();
        await using var registry = await KestrelDestination.StartAsync(HttpProtocols.Http1, context => context.Response.WriteAsync("[]"), certificate);
        using var source = new HttpSource(new HttpDiscoveryOptions { Url = registry.Address });

        (await AskAsync(source)).Error.ShouldNotBeNull().ShouldStartWith("could not be reached by TLS: ");
        registry.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("head")]
    [InlineData("body")]
    [InlineData("redirects")]
    public async Task Registry_that_wastes_time_has_what_the_caller_gives(string by)
    {
        var gate = new Gate();
        gate.LetOnePass();
        await using var registry = ScriptedDestination.Start("registry", request => by switch
        {
            "head" => Reply.Hang(),
            "body" => Typed("application/json", "[", "{").Dripped(by: gate),
            _ => request.Number == 1 ? Redirect("/slow") : Reply.Hang(),
        });
        using var source = Source(registry, "/sd");
        using var patience = new CancellationTokenSource();
        var asked = source.AskAsync(patience.Token);
        await registry.WaitForAsync(d => d.RequestCount == (by == "redirects" ? 2 : 1));

        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => asked.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken));
        await registry.WaitForAsync(d => d.ConnectionsOpen == 0);
    }

    [Fact]
    public async Task Place_that_neither_accepts_nor_refuses_has_what_the_caller_gives()
    {
        using var hole = await BlackHole.OpenAsync();
        using var source = new HttpSource(new HttpDiscoveryOptions { Url = hole.Address });
        using var patience = new CancellationTokenSource();
        var asked = source.AskAsync(patience.Token);

        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => asked.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken));
    }

    private static HttpSource Source(ScriptedDestination registry, string path) => new(new HttpDiscoveryOptions
    {
        Url = new Uri($"http://user:{Password}@127.0.0.1:{registry.Port}{path}"),
        Refresh = TimeSpan.FromMilliseconds(500),
    });

    private static Task<SourceAnswer> AskAsync(HttpSource source) =>
        source.AskAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);

    private static Reply Json(string body) => Typed("application/json", body);

    private static Reply Typed(string contentType, params string[] pieces) => Typed(contentType, pieces, chunked: false);

    private static Reply Typed(string contentType, string[] pieces, bool chunked)
    {
        var reply = Reply.Status(200).WithHeader("Content-Type", contentType);
        return chunked ? reply.WithChunks(pieces) : reply.WithBody(pieces);
    }

    private static Reply Redirect(string location) => Reply.Status(302).WithHeader("Location", location);

    private static Reply Raw(string header, string body) => Reply.Raw($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{header}\r\n\r\n{body}");

    private static Reply Gzip(string body)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(body));
        }

        return Reply.Status(200).WithHeader("Content-Type", "application/json").WithHeader("Content-Encoding", "gzip").WithBody((ReadOnlyMemory<byte>)zipped.ToArray());
    }
}
