using System.IO.Compression;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Observability;

/// <summary><c>/metrics</c> as a server of Prometheus meets it.</summary>
public sealed class MetricsEndpointTests : IAsyncDisposable
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));

    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    public async Task Format_isTheOneAskedFor_alsoByHead(string? accept, string contentType)
    {
        await using var ambassador = await StartAsync();

        using var got = await AskAsync(ambassador, HttpMethod.Get, accept);
        using var headed = await AskAsync(ambassador, HttpMethod.Head, accept);

        got.Status().ShouldBe(200);
        got.Header("Content-Type").ShouldBe(contentType);
        (await got.TextAsync()).EndsWith("# EOF\n", StringComparison.Ordinal).ShouldBe(accept is not null);
        headed.Status().ShouldBe(200);
        headed.Header("Content-Type").ShouldBe(contentType);
        (await headed.TextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Exemplars_haveTheTrace_inOpenMetricsAlone()
    {
        await using var ambassador = await StartAsync();
        using var sent = await ambassador.SendAsync("GET", "/", $"traceparent: 00-{TraceId}-b7ad6b7169203331-01");

        using var open = await AskAsync(ambassador, HttpMethod.Get, "application/openmetrics-text");
        using var plain = await AskAsync(ambassador, HttpMethod.Get, "text/plain");

        var lines = (await open.TextAsync()).Split('\n').Where(line => line.Contains($$""" # {trace_id="{{TraceId}}",span_id=""", StringComparison.Ordinal)).ToArray();
        lines.ShouldContain(line => line.StartsWith("ambassador_attempt_duration_seconds_bucket{", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal));
        (await plain.TextAsync()).ShouldNotContain(TraceId);
    }

    [Fact]
    public async Task Text_canBeCompressed()
    {
        await using var ambassador = await StartAsync();

        using var response = await ambassador.Admin.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "Accept-Encoding", "gzip" } } }, TestContext.Current.CancellationToken);

        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        await using var body = new GZipStream(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
        using var reader = new StreamReader(body);
        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain("ambassador_build{");
    }

    [Fact]
    public async Task Scrapes_atOnceInBothFormats_areEachWhole()
    {
        await using var ambassador = await StartAsync();
        await ambassador.GetAsync();

        var texts = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
        {
            using var response = await AskAsync(ambassador, HttpMethod.Get, i % 2 == 0 ? "application/openmetrics-text" : null);
            return await response.TextAsync();
        }));

        for (var i = 0; i < texts.Length; i++)
        {
            texts[i].EndsWith("# EOF\n", StringComparison.Ordinal).ShouldBe(i % 2 == 0);
            texts[i].Split('\n').Count(line => line == """ambassador_requests_total{cluster="api",route="api"} 1""").ShouldBe(1);
        }
    }

    [Fact]
    public async Task Text_hasNothingThatPromtoolMinds()
    {
        var promtool = Tool.PromTool.Require();
        _one.AnswerInTurn(Reply.Ok(), Reply.Status(503), Reply.Ok(), Reply.Reset());
        await using var ambassador = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            using var response = await ambassador.SendAsync("GET", "/");
        }

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, (await Scrape.OfAsync(ambassador)).Text, TestContext.Current.CancellationToken);
        await using var check = ExternalProcess.Start("/bin/sh", "-c", $"exec {promtool} check metrics < {file}");

        (await check.WaitForEndAsync()).ShouldBe(0, $"{check}");
        $"{check.Output}{check.Error}".ShouldBeEmpty();
        File.Delete(file);
    }

    [Fact]
    public async Task Names_thatWouldBreakALine_areEscaped()
    {
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            """
            { "ReverseProxy": { "Routes": { "r": { "ClusterId": "a \"quoted\" \\ one", "Match": { "Path": "{**any}" } } },
                                "Clusters": { "a \"quoted\" \\ one": { "Destinations": { "é}": { "Address": "{one}" } } } } } }
            """,
            ("one", _one.Address)));

        var scrape = await Scrape.OfAsync(ambassador);

        scrape["ambassador_destination_in_flight", """cluster=a \"quoted\" \\ one""", "destination=é}"].ShouldBe(0, scrape.Text);
    }

    public ValueTask DisposeAsync() => _one.DisposeAsync();

    private static async Task<HttpResponseMessage> AskAsync(RunningAmbassador ambassador, HttpMethod method, string? accept)
    {
        using var request = new HttpRequestMessage(method, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept is null ? [] : [accept]);
        return await ambassador.Admin.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private Task<RunningAmbassador> StartAsync() => RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", _one.Address)));
}
