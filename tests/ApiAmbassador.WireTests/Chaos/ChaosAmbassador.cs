using System.Text.Json.Nodes;
using ApiAmbassador.Hosting;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>One ambassador, a process of its own, with a log file and a wall clock that can be set.</summary>
internal sealed class ChaosAmbassador : IAsyncDisposable
{
    public const string NoDisk = "/dev/full";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly ExternalProcess _process;
    private readonly string _log;
    private readonly HttpClient _admin;

    private ChaosAmbassador(ChaosSurroundings around, string log)
    {
        _log = log;
        var (data, admin) = (FreePort.Next(), FreePort.Next());
        Address = new Uri($"http://127.0.0.1:{data}/");
        _admin = PlainClient.Create(new Uri($"http://127.0.0.1:{admin}/"));
        Dictionary<string, string> variables = new(around.Setup.Variables)
        {
            ["Ambassador__Listen__0"] = $"http://127.0.0.1:{data}",
            ["Ambassador__Admin__Listen"] = $"http://127.0.0.1:{admin}",
            ["Ambassador__StateDirectory"] = around.StateDirectory,
            ["Ambassador__DrainDelay"] = "00:00:03",
            ["Ambassador__DrainTimeout"] = "00:00:15",
            ["LD_PRELOAD"] = FakeTime(),
            ["FAKETIME_TIMESTAMP_FILE"] = around.ClockFile,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };

        // The shell becomes the ambassador, which keeps its process id.
        _process = ExternalProcess.Start(
            "sh", variables, ["-c", """exec "$@" >"$0" 2>&1""", log, "dotnet", "exec", typeof(AmbassadorHost).Assembly.Location, "run", "--config", around.Setup.ConfigDirectory]);
    }

    public Uri Address { get; }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasEnded;

    /// <summary>Starts one, and waits until it is ready.</summary>
    public static async Task<ChaosAmbassador> StartAsync(ChaosSurroundings around, string log)
    {
        var ambassador = new ChaosAmbassador(around, log);
        try
        {
            await Eventually.SeesAsync(ambassador.IsReadyAsync, ready => ready || ambassador.HasEnded, Deadline);
            ambassador.HasEnded.ShouldBeFalse(ambassador.Log(lines: 50));
            return ambassador;
        }
        catch
        {
            await ambassador.DisposeAsync();
            throw;
        }
    }

    public void Terminate() => _process.Signal(15);

    /// <summary>Its exit code.</summary>
    public Task<int> WaitForEndAsync() => _process.WaitForEndAsync(Deadline);

    public async Task<JsonNode> StatusAsync() =>
        JsonNode.Parse(await _admin.GetStringAsync("/api/status", TestContext.Current.CancellationToken))!;

    public async Task<JsonNode> ClusterAsync() => (await StatusAsync())["clusters"]![0]!;

    /// <summary>The last lines of its log, and the end of its timeline.</summary>
    public async Task<string> ToldAsync()
    {
        var events = HasEnded ? "(it has ended)" : await _admin.GetStringAsync("/api/events?limit=200", TestContext.Current.CancellationToken);
        return $"--- process {Id}, the end of its log:\n{Log(lines: 300)}\n--- timeline:\n{events.Replace("},{", "},\n{", StringComparison.Ordinal)}\n";
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _process.DisposeAsync();
    }

    private string Log(int lines) => _log == NoDisk ? "(its disk was full)" : string.Join('\n', File.ReadLines(_log).TakeLast(lines));

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await _admin.GetAsync("/readyz", cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The library that gives one process a wall clock of its own; its timers go by the monotonic one, which stays as it is.</summary>
    private static string FakeTime()
    {
        var libraries = Directory.EnumerateDirectories("/usr/lib", "*-linux-*").Select(directory => Path.Combine(directory, "faketime", "libfaketimeMT.so.1"));
        return libraries.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException("faketime is installed, but its library is not in /usr/lib/*/faketime.");
    }
}
