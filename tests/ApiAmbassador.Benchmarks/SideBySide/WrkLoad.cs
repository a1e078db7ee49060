using System.Diagnostics;
using System.Globalization;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Load from one thread of wrk: as many requests as the other side takes, one at a time on each kept-alive connection.</summary>
internal sealed class WrkLoad
{
    private const string Marker = "result";

    // wrk's own output rounds and changes units; this hook prints the same numbers whole, and costs nothing while the load runs.
    private const string Script = $$"""
        done = function(summary, latency)
            local e = summary.errors
            print(string.format("{{Marker}} %d %d %d %d %d", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
        end

        """;

    // Connecting, waiting for the last answers, and a machine that is busy with other things.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    private readonly int _connections;
    private readonly string _scriptFile;

    public WrkLoad(int connections, string directory)
    {
        _connections = connections;
        _scriptFile = Path.Combine(directory, "result.lua");
        File.WriteAllText(_scriptFile, Script);
    }

    public static ExternalTool Tool { get; } = new("wrk", "wrk");

    /// <summary>Loads the target for so many seconds.</summary>
    /// <exception cref="InvalidOperationException">wrk failed, or was not done in time.</exception>
    public async Task<LoadResult> RunAsync(Uri target, int seconds, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(seconds) + s_grace);

        using var wrk = new Process
        {
            StartInfo = new ProcessStartInfo(
                Tool.Path,
                ["--threads", "1", "--connections", $"{_connections}", "--duration", $"{seconds}s", "--timeout", "5s", "--script", _scriptFile, target.ToString()])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
        wrk.Start();
        try
        {
            var output = await wrk.StandardOutput.ReadToEndAsync(timeout.Token);
            await wrk.WaitForExitAsync(timeout.Token);
            return Parse(output);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"wrk was to run for {seconds} s against {target} and had not ended {s_grace.TotalSeconds} s after that.", late);
        }
        finally
        {
            wrk.Kill();
        }
    }

    private static LoadResult Parse(string output)
    {
        var line = output.Split('\n').LastOrDefault(candidate => candidate.StartsWith(Marker, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk gave no result. It wrote:{Environment.NewLine}{output}");
        var numbers = line.Split(' ')[1..].Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new LoadResult(
            Requests: numbers[0],
            Duration: TimeSpan.FromMicroseconds(numbers[1]),
            P50: TimeSpan.FromMicroseconds(numbers[2]),
            P99: TimeSpan.FromMicroseconds(numbers[3]),
            Failed: numbers[4]);
    }
}
