using System.Text.Json;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Messages, from a process of <see cref="WebSocketCallers"/>: the load generators that one can install speak no WebSocket.</summary>
internal sealed class WebSocketLoad(Case work) : ILoad
{
    public LoadProcess Start(Uri target, int seconds) => StartAtRate(target, rate: 0, seconds);

    public LoadProcess StartAtRate(Uri target, int rate, int seconds) => LoadProcess.Start(
        DotnetHost.Path,
        [
            "exec", typeof(WebSocketLoad).Assembly.Location, WebSocketCallers.CommandName, "--url", new UriBuilder(target) { Scheme = "ws" }.ToString(),
            "--connections", $"{work.Connections}", "--rate", $"{rate}", "--seconds", $"{seconds}",
        ],
        seconds,
        output => Parse(output, keepLatencies: rate > 0),
        saysReady: true);

    private static LoadResult Parse(string output, bool keepLatencies)
    {
        var result = JsonSerializer.Deserialize<WebSocketCallers.Result>(output)
            ?? throw new InvalidOperationException($"The WebSocket callers gave no result. They wrote:{Environment.NewLine}{output}");
        return new LoadResult(
            result.Microseconds.Length,
            TimeSpan.FromSeconds(result.Seconds),
            result.Failed,
            keepLatencies ? new Latencies(result.Microseconds) : Latencies.None);
    }
}
