using System.Text.Json;
using System.Text.RegularExpressions;
using ApiAmbassador.Hosting;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ApiAmbassador.WireTests.Page;

/// <summary>The page in a real browser.</summary>
public partial class PageTests(Browser browser) : IClassFixture<Browser>, IAsyncDisposable
{
    private const string Token = "correct-horse-battery-staple", Hostile = "<img src=x onerror=alert(1)>";

    public async ValueTask DisposeAsync()
    {
        (await browser.CloseAsync()).ShouldBeEmpty();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Demo_instanceFallsIllAndIsHealed_thePictureShowsIt_andAButtonDrains()
    {
        await using var demo = ExternalProcess.Start("dotnet", "exec", typeof(AmbassadorHost).Assembly.Location, "demo", "--seconds", "60");
        await demo.WaitForTextAsync("in a browser: ", within: TimeSpan.FromSeconds(30));
        var page = await browser.OpenAsync(new Uri(InABrowser().Match(demo.Output).Groups["url"].Value));

        await Expect(Node(page, "stable-2")).ToContainTextAsync("unhealthy");
        await Expect(page.Locator("#now")).ToHaveTextAsync("api-v1/stable-2 (unhealthy); the others serve.");
        await Browser.KeepAsync(page, "demo-unhealthy");
        await Expect(Node(page, "stable-2")).ToContainTextAsync("serving");
        await Expect(page.Locator("#timeline")).ToContainTextAsync("api-v1/stable-2 healthy again");

        // The only one of its cluster: the page asks first.
        await Drain(page, "api-v2/canary-1").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(Node(page, "canary-1")).ToContainTextAsync("serving");
        await Drain(page, "api-v2/canary-1").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Drain it" }).ClickAsync();
        await Expect(Node(page, "canary-1")).ToContainTextAsync("drained");
        await Expect(page.Locator("#now")).ToHaveTextAsync("api-v2 has no usable destination.");
        await Browser.KeepAsync(page, "demo-drained");
        await page.GetByLabel("Undrain api-v2/canary-1").ClickAsync();
        await Expect(Node(page, "canary-1")).ToContainTextAsync("serving");
    }

    [Theory]
    [InlineData("light", 1280, ColorScheme.Light)]
    [InlineData("dark", 1280, ColorScheme.Dark)]
    [InlineData("phone", 360, ColorScheme.Light)]
    [InlineData("phone-dark", 360, ColorScheme.Dark)]
    public async Task Everything_inEachThemeAndWidth_fitsAndIsTextOnly(string name, int width, ColorScheme colours)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Status(503));
        await using var ambassador = await StartHostileAsync(one, two);
        ambassador.Services.GetRequiredService<Timeline>().Add(TimelineKind.Health, Hostile, Hostile, [Hostile]);
        await ambassador.CountAnswersAsync(50);
        var page = await browser.OpenAsync(ambassador.Admin.BaseAddress!, width, colours: colours);
        await Node(page, Hostile[..5]).ClickAsync();
        await page.GetByText("Each setting, its value").ClickAsync();
        await Expect(page.Locator("#settings-table")).ToContainTextAsync("Metadata:note");
        await Expect(page.Locator("#timeline")).ToContainTextAsync(Hostile);
        await Expect(page.Locator(".uplot canvas")).ToHaveCountAsync(2);

        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.Locator("#clusters").TextContentAsync()).ShouldNotBeNull().ShouldContain(Hostile);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        (await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor")).ShouldBe(colours == ColorScheme.Dark ? "rgb(18, 22, 21)" : "rgb(246, 247, 245)");
        await Browser.KeepAsync(page, name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: auto" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: light" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        (await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor")).ShouldBe("rgb(18, 22, 21)");
    }

    [Fact]
    public async Task Keyboard_reachesADestinationAndSetsItsWeight()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one, one);
        var page = await browser.OpenAsync(ambassador.Admin.BaseAddress!);
        await Expect(Node(page, "one")).ToBeVisibleAsync();

        await page.Locator("#filter").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#detail")).ToBeFocusedAsync();
        await page.GetByLabel("Weight", new() { Exact = true }).FillAsync("7");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("#detail")).ToContainTextAsync("7, configured 1");
        ((int)(await ambassador.DestinationAsync("api", "one"))["weight"]!).ShouldBe(7);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#detail")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Transfer_isSmall_andTheStatusComesAtMostOnceASecond()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one, one);
        var (bytes, asked, statuses, times) = (0.0, new List<string>(), new List<int>(), new List<DateTimeOffset>());
        await browser.OpenAsync(ambassador.Admin.BaseAddress!, before: async page =>
        {
            var network = await page.Context.NewCDPSessionAsync(page);
            await network.SendAsync("Network.enable");
            network.Event("Network.loadingFinished").OnEvent += (_, it) => bytes += it!.Value.GetProperty("encodedDataLength").GetDouble();
            network.Event("Network.responseReceived").OnEvent += (_, it) => statuses.Add(it!.Value.GetProperty("response").GetProperty("status").GetInt32());
            network.Event("Network.requestWillBeSent").OnEvent += (_, it) => asked.Add(new Uri(it!.Value.GetProperty("request").GetProperty("url").GetString()!).AbsolutePath);
            network.Event("Network.eventSourceMessageReceived").OnEvent += (_, it) =>
            {
                if (it!.Value.GetProperty("eventName").GetString() == "status")
                {
                    times.Add(JsonDocument.Parse(it.Value.GetProperty("data").GetString()!).RootElement.GetProperty("time").GetDateTimeOffset());
                }
            };
        });

        await Eventually.SeesAsync(() => times.Count, count => count >= 4);

        bytes.ShouldBeInRange(10_000, 150_000);
        statuses.Distinct().ShouldBe([200]);
        asked.ShouldNotContain("/api/status");
        asked.Count(path => path == "/api/stream").ShouldBe(1);
        (times[3] - times[0]).ShouldBeGreaterThan(TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public async Task WithAToken_itIsAskedForAndKeptForTheTab()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await StartAsync(one, two, ("Ambassador__Admin__Token", Token));
        var page = await browser.OpenAsync(ambassador.Admin.BaseAddress!);
        await Drain(page, "api/one").ClickAsync();

        await page.GetByRole(AriaRole.Textbox, new() { Name = "Token" }).FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("this is not the token");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Token" }).FillAsync(Token);
        await page.Keyboard.PressAsync("Enter");
        await Expect(Node(page, "one")).ToContainTextAsync("drained");
        await page.GetByLabel("Undrain api/one").ClickAsync();
        await Expect(Node(page, "one")).ToContainTextAsync("idle");

        (await page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage)")).ShouldNotContain(Token);
    }

    [Fact]
    public async Task UnderAnotherName_nothingCanBeChanged_andThePageSaysWhy()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await StartAsync(one, two);
        var page = await browser.OpenAsync(new UriBuilder(ambassador.Admin.BaseAddress!) { Host = "elsewhere.test" }.Uri);

        await Drain(page, "api/one").ClickAsync();

        await Expect(page.Locator("#notice")).ToContainTextAsync("drain api/one: not done (403): the Host must be localhost or a loopback address");
    }

    [Fact]
    public async Task WithoutTheAmbassador_thePageSaysThatItIsOld()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one, one);
        var page = await browser.OpenAsync(ambassador.Admin.BaseAddress!, before: page => page.Clock.InstallAsync());
        await Expect(page.Locator("#live")).ToHaveTextAsync("live");

        await ambassador.StopAsync(TestContext.Current.CancellationToken);
        await page.Clock.FastForwardAsync(12_000);

        await Expect(page.Locator("#stale")).ToContainTextAsync("Not live: this is how it stood at ");
    }

    [Fact]
    public async Task ThousandClusters_theBusiestAreShownAndTheRestIsFound_withABoundedPage()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        var clusters = string.Join(',', Enumerable.Range(0, 1000).Select(i =>
            $"\"service-{i}\":{{\"Destinations\":{{{string.Join(',', Enumerable.Range(0, 10).Select(j => $"\"i{j}\":{{\"Address\":\"{one.Address}\"}}"))}}}}}"));
        var routes = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"route-{i}\":{{\"ClusterId\":\"service-{i}\",\"Match\":{{\"Path\":\"/{i}\"}}}}"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithFile($"{{\"ReverseProxy\":{{\"Routes\":{{{routes}}},\"Clusters\":{{{clusters}}}}}}}"));
        var page = await browser.OpenAsync(ambassador.Admin.BaseAddress!);

        // The busiest of the last seconds: asked until the page, which may be slow, has seen it.
        await Eventually.SeesAsync(
            async _ =>
            {
                await ambassador.GetAsync("/777");
                return await page.Locator("#picture").TextContentAsync() ?? "";
            },
            text => text.Contains("service-777", StringComparison.Ordinal));
        (await page.Locator("*").CountAsync()).ShouldBeLessThan(4000);
        await page.Locator("#filter").FillAsync("service-999/i7");
        await Expect(page.Locator("#clusters tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#picture .node.destination")).ToHaveCountAsync(1);
    }

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination one, ScriptedDestination two, params (string Name, string Value)[] variables)
    {
        var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, (one == two ? [("one", one.Address)] : [("one", one.Address), ("two", two.Address)]));
        foreach (var (name, value) in variables)
        {
            setup.With(name, value);
        }

        return RunningAmbassador.StartAsync(setup);
    }

    private static Task<RunningAmbassador> StartHostileAsync(ScriptedDestination one, ScriptedDestination two) => RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
        $$$"""
        {
          "ReverseProxy": {
            "Routes": {
              "{{{Hostile}}}": { "Match": { "Path": "{**any}" }, "Split": { "Clusters": { "{{{Hostile}}}": 90, "quiet": 10 } } }
            },
            "Clusters": {
              "{{{Hostile}}}": {
                "Destinations": {
                  "{{{Hostile}}}": { "Address": "{one}" }, "a-name-that-is-much-longer-than-any-column-has-room-for.production.internal": { "Address": "{two}" }
                }
              },
              "quiet": { "Metadata": { "note": "{{{Hostile}}}" }, "Destinations": { "three": { "Address": "{one}" } } }
            }
          }
        }
        """,
        ("one", one.Address), ("two", two.Address)));

    private static ILocator Node(IPage page, string id) => page.Locator("#picture .node.destination", new() { HasText = id });

    private static ILocator Drain(IPage page, string target) => page.GetByLabel($"Drain {target}", new() { Exact = true });

    [GeneratedRegex(@"in a browser: (?<url>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InABrowser();
}
