using System.Globalization;
using System.Text;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Load from one thread of wrk: as many requests as the other side takes, one at a time on each connection.</summary>
internal sealed class WrkLoad
{
    // The first word of the line that has the numbers.
    private const string Marker = "result";

    private readonly int _connections;
    private readonly string _scriptFile;

    public WrkLoad(Case work, string directory)
    {
        _connections = work.Connections;
        _scriptFile = Path.Combine(directory, "wrk.lua");
        File.WriteAllText(_scriptFile, ScriptFor(work));
    }

    public static ExternalTool Tool { get; } = new("wrk", "wrk");

    public LoadProcess Start(Uri target, int seconds) => LoadProcess.Start(
        Tool.Path,
        ["--threads", "1", "--connections", $"{_connections}", "--duration", $"{seconds}s", "--timeout", "5s", "--script", _scriptFile, target.ToString()],
        seconds,
        Parse);

    /// <summary>What wrk sends, and how it says what it saw: its own output rounds and changes units. With one path nothing of this runs under load.</summary>
    private static string ScriptFor(Case work)
    {
        var script = new StringBuilder($"""
            done = function(summary, latency)
                local e = summary.errors
                print(string.format("{Marker} %d %d %d", summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
            end
            wrk.path = "{work.Paths[0]}"

            """);
        if (work.BodyBytes > 0)
        {
            script.AppendLine($"""wrk.method = "POST"; wrk.body = string.rep("x", {work.BodyBytes})""");
        }

        if (work.NewConnections)
        {
            script.AppendLine("""wrk.headers["Connection"] = "close" """);
        }

        if (work.Routes > 0)
        {
            script.AppendLine($$"""
                local requests, last = {}, 0
                init = function()
                    for i, path in ipairs({ {{string.Join(", ", work.Paths.Select(path => $"\"{path}\""))}} }) do requests[i] = wrk.format(nil, path) end
                end
                request = function() last = last % #requests + 1; return requests[last] end
                """);
        }

        return script.ToString();
    }

    private static LoadResult Parse(string output)
    {
        var line = output.Split('\n').LastOrDefault(candidate => candidate.StartsWith(Marker, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk gave no result. It wrote:{Environment.NewLine}{output}");
        var numbers = line.Split(' ')[1..].Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new LoadResult(Requests: numbers[0], TimeSpan.FromMicroseconds(numbers[1]), Failed: numbers[2], Latencies.None);
    }
}
