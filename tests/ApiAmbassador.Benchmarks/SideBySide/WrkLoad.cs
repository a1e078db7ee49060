using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Load from one thread of wrk: as many requests as the other side takes, one at a time on each kept-alive connection.</summary>
internal sealed class WrkLoad
{
    /// <summary>The first word of the line that has the numbers.</summary>
    public const string Marker = "result";

    // wrk's own output rounds and changes units; this hook prints the same numbers whole, and costs nothing while the load runs.
    private const string Script = $$"""
        done = function(summary, latency)
            local e = summary.errors
            print(string.format("{{Marker}} %d %d %d %d %d", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
        end

        """;

    private readonly int _connections;
    private readonly string _scriptFile;

    public WrkLoad(int connections, string directory)
    {
        _connections = connections;
        _scriptFile = Path.Combine(directory, "result.lua");
        File.WriteAllText(_scriptFile, Script);
    }

    public static ExternalTool Tool { get; } = new("wrk", "wrk");

    public WrkProcess Start(Uri target, int seconds) => WrkProcess.Start(
        Tool.Path,
        ["--threads", "1", "--connections", $"{_connections}", "--duration", $"{seconds}s", "--timeout", "5s", "--script", _scriptFile, target.ToString()],
        seconds);

    /// <summary>Loads the target alone, from start to end.</summary>
    /// <exception cref="InvalidOperationException">wrk failed, or was not done in time.</exception>
    public async Task<LoadResult> RunAsync(Uri target, int seconds, CancellationToken cancellation)
    {
        using var wrk = Start(target, seconds);
        return await wrk.FinishAsync(cancellation);
    }
}
