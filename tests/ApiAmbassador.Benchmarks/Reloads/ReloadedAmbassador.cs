using System.Diagnostics;
using System.Text.Json;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.Reloads;

/// <summary>The product as a process of its own, and the directory of its route file.</summary>
internal sealed class ReloadedAmbassador : IAsyncDisposable
{
    /// <summary>About as long as a large reload takes.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

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

    /// <summary>Starts the program of a directory, with a first configuration.</summary>
    public static async Task<ReloadedAmbassador> StartAsync(string program, string directory, string text, CancellationToken cancellation)
    {
        File.WriteAllText(RouteFile(directory), text);
        var (address, admin) = (Loopback.FreeAddress(), Loopback.FreeAddress());
        var start = new ChildStart(
            DotnetHost.Path, ["exec", Path.Combine(program, "ApiAmbassador.dll"), "run", "--config", directory], address, Ready: new Uri(admin, "readyz"))
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

    /// <summary>Writes the next file beside the one that is read.</summary>
    public void Write(string text) => File.WriteAllText(NextFile(_directory), text);

    /// <summary>Renames what was written into place, and gives the moment before it.</summary>
    public long Rename()
    {
        _revision++;
        var renamed = Stopwatch.GetTimestamp();
        File.Move(NextFile(_directory), RouteFile(_directory), overwrite: true);
        return renamed;
    }

    /// <summary>When what was renamed last was in force, by its own clock: whoever asks all the time would be a load of his own.</summary>
    public async Task<DateTimeOffset> WaitUntilAppliedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Settling, cancellation);
            using var events = JsonDocument.Parse(await _admin.GetStringAsync("/api/events?limit=1", cancellation));
            var text = events.RootElement[0].GetProperty("text").GetString()!;
            if (text == $"configuration {_revision} in force")
            {
                return events.RootElement[0].GetProperty("time").GetDateTimeOffset();
            }

            if (text.StartsWith("a change was refused", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{text}: {events.RootElement[0]}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    private static string NextFile(string directory) => RouteFile(directory) + ".next";

    private static string RouteFile(string directory) => Path.Combine(directory, "routes.json");
}
