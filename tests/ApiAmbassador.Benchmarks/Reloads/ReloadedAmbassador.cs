using System.Diagnostics;
using System.Text.Json;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.Reloads;

/// <summary>The product as a process of its own, and the directory of its route file.</summary>
internal sealed class ReloadedAmbassador : IAsyncDisposable
{
    private readonly ChildServer _server;
    private readonly HttpClient _admin;
    private readonly string _directory;
    private int _revision = 1;

    private ReloadedAmbassador(ChildServer server, Uri admin, string directory)
    {
        _server = server;
        _admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = admin };
        _directory = directory;
    }

    public Uri Address => _server.Address;

    public static async Task<ReloadedAmbassador> StartAsync(string directory, string text, CancellationToken cancellation)
    {
        File.WriteAllText(RouteFile(directory), text);
        var (address, admin) = (Loopback.FreeAddress(), Loopback.FreeAddress());
        var start = new ChildStart(
            DotnetHost.Path, ["exec", Path.Combine(AppContext.BaseDirectory, "ApiAmbassador.dll"), "run", "--config", directory], address, Ready: new Uri(admin, "readyz"))
        {
            Environment = new Dictionary<string, string>
            {
                ["Ambassador__Listen__0"] = address.GetLeftPart(UriPartial.Authority),
                ["Ambassador__Admin__Listen"] = admin.GetLeftPart(UriPartial.Authority),
                ["Logging__LogLevel__Default"] = "Error",
            },
        };
        return new ReloadedAmbassador(await ChildServer.StartAsync("ambassador", start, directory, cancellation), admin, directory);
    }

    /// <summary>Renames a finished file into place, and gives the moment before it.</summary>
    public long Save(string text)
    {
        var next = RouteFile(_directory) + ".next";
        File.WriteAllText(next, text);
        _revision++;
        var renamed = Stopwatch.GetTimestamp();
        File.Move(next, RouteFile(_directory), overwrite: true);
        return renamed;
    }

    /// <summary>Waits until what was saved last is in force, which is told when all of it is.</summary>
    public async Task WaitUntilAppliedAsync(CancellationToken cancellation)
    {
        while (!await IsAppliedAsync(cancellation))
        {
            await Task.Delay(5, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    private static string RouteFile(string directory) => Path.Combine(directory, "routes.json");

    private async Task<bool> IsAppliedAsync(CancellationToken cancellation)
    {
        using var events = JsonDocument.Parse(await _admin.GetStringAsync("/api/events?limit=1", cancellation));
        var text = events.RootElement[0].GetProperty("text").GetString()!;
        return text == $"configuration {_revision} in force"
            || (text.StartsWith("a change was refused", StringComparison.Ordinal) ? throw new InvalidOperationException($"{text}: {events.RootElement[0]}") : false);
    }
}
