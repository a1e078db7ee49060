using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Page;

/// <summary>How the page's files are served.</summary>
public class PageFileTests
{
    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/app.js", "text/javascript; charset=utf-8")]
    [InlineData("/page.css", "text/css; charset=utf-8")]
    [InlineData("/icon.svg", "image/svg+xml")]
    [InlineData("/vendor/uPlot.iife.min.js", "text/javascript; charset=utf-8")]
    public async Task File_isServedOnceAndThenConfirmed_andLetsNothingElseIn(string path, string type)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var plain = await GetAsync(ambassador, path);
        using var compressed = await GetAsync(ambassador, path, "Accept-Encoding: br, gzip");
        using var refused = await GetAsync(ambassador, path, "Accept-Encoding: gzip;q=0");
        using var again = await GetAsync(ambassador, path, "Accept-Encoding: gzip", $"If-None-Match: {compressed.Header("ETag")}");
        using var head = await GetAsync(ambassador, path, "HEAD");

        (plain.Status(), plain.Header("Content-Type"), plain.Header("Content-Encoding")).ShouldBe((200, type, null));
        plain.Header("Content-Security-Policy").ShouldBe(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
            + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
        (plain.Header("X-Content-Type-Options"), plain.Header("Referrer-Policy"), plain.Header("Cache-Control"), plain.Header("Vary"))
            .ShouldBe(("nosniff", "no-referrer", "no-cache", "Accept-Encoding"));
        (compressed.Header("Content-Encoding"), refused.Header("Content-Encoding")).ShouldBe(("gzip", null));
        compressed.Header("ETag").ShouldNotBe(plain.Header("ETag"));
        (again.Status(), (await again.TextAsync()).Length).ShouldBe((304, 0));
        (head.Status(), head.Content.Headers.ContentLength, (await head.TextAsync()).Length).ShouldBe((200, plain.Content.Headers.ContentLength, 0));
    }

    [Theory]
    [InlineData("/index.htm")]
    [InlineData("/vendor/")]
    [InlineData("/vendor/README.md")]
    [InlineData("/..%2fopenapi.json")]
    public async Task WhatIsNoFile_404(string path)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var answer = await GetAsync(ambassador, path);

        (answer.Status(), answer.Header("Content-Type")).ShouldBe((404, "application/problem+json"));
    }

    [Fact]
    public async Task WhatDoesNotRead_405()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var answer = await ambassador.Admin.PostAsync("/");

        (answer.Status(), answer.Header("Allow")).ShouldBe((405, "GET, HEAD"));
    }

    [Fact]
    public async Task DataPort_hasNoneOfIt()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var page = await ambassador.SendAsync("GET", "/", $"Host: {ambassador.Admin.BaseAddress!.Authority}");
        using var script = await ambassador.SendAsync("GET", "/app.js", $"Host: {ambassador.Admin.BaseAddress!.Authority}");

        (await page.TextAsync(), await script.TextAsync()).ShouldBe(("one", "one"));
        page.Header("Content-Security-Policy").ShouldBeNull();
    }

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination one) =>
        RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

    /// <summary>Headers are lines as <c>Name: value</c>; <c>HEAD</c> alone is the method.</summary>
    private static async Task<HttpResponseMessage> GetAsync(RunningAmbassador ambassador, string path, params string[] headers)
    {
        using var request = new HttpRequestMessage(headers is ["HEAD"] ? HttpMethod.Head : HttpMethod.Get, path);
        foreach (var parts in headers.Where(line => line != "HEAD").Select(line => line.Split(": ")))
        {
            request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        return await ambassador.Admin.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
