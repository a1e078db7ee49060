using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ApiAmbassador.WireTests.Peers;
using Microsoft.Playwright;

namespace ApiAmbassador.WireTests.Page;

/// <summary>Debian's Chromium, driven by Playwright, which brings no browser of its own. Each page is a browser session of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string Pictures = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "artifacts", "page"));

    private readonly ConcurrentQueue<string> _complaints = new();
    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Opens an ambassador's page.</summary>
    public async Task<IPage> OpenAsync(Uri address, int width = 1280, int height = 900, ColorScheme colours = ColorScheme.Light, Func<IPage, Task>? before = null)
    {
        if (_chromium is null)
        {
            Assertions.SetDefaultExpectTimeout((float)Eventually.DefaultDeadline.TotalMilliseconds);
            _playwright = await Playwright.CreateAsync();
            _chromium = await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Tool.Chromium.Require(),
                Args = ["--no-sandbox", "--host-resolver-rules=MAP elsewhere.test 127.0.0.1"], // As root, Chromium has no sandbox.
            });
        }

        var context = await _chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout((float)Eventually.DefaultDeadline.TotalMilliseconds);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            // Chromium tells of answers like 401 by itself; they are the test's.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        await (before?.Invoke(page) ?? Task.CompletedTask);
        await page.GotoAsync(address.AbsoluteUri);
        return page;
    }

    /// <summary>
    /// Closes the pages, and gives what they have complained of: their errors, and content that the browser refused. A page that stayed open would
    /// look for its ambassador again, and find another test's server on that port.
    /// </summary>
    public async Task<string[]> CloseAsync()
    {
        foreach (var context in _chromium?.Contexts ?? [])
        {
            await context.CloseAsync();
        }

        var complaints = _complaints.ToArray();
        _complaints.Clear();
        return complaints;
    }

    /// <summary>Keeps a picture of the page under <c>artifacts/page</c>, for people to look at.</summary>
    public static Task KeepAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), FullPage = true });

    public async ValueTask DisposeAsync()
    {
        await (_chromium?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
