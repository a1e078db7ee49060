using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Load from one thread of h2load, over HTTP/2 and HTTP/1.1.</summary>
internal sealed partial class H2Load
{
    /// <summary>
    /// h2load looks at the clock of a connection every 10 ms at the most often, and sends all at once that became due: a connection with a
    /// higher rate would send in bursts.
    /// </summary>
    private const int RateOfConnectionMax = 100;

    private readonly Case _work;
    private readonly string _directory;
    private readonly string[] _arguments;

    public H2Load(Case work, string directory)
    {
        _work = work;
        _directory = directory;
        var body = Path.Combine(directory, "body");
        File.WriteAllBytes(body, new byte[work.BodyBytes]);
        _arguments =
        [
            "--threads=1",
            $"--max-concurrent-streams={work.Streams}",
            .. work.Inbound == Inbound.Http2 ? [] : new[] { "--h1" },
            .. work.BodyBytes == 0 ? [] : new[] { $"--data={body}" },
            .. work.NewConnections ? new[] { "--header=connection: close" } : [],
        ];
    }

    public static ExternalTool Tool { get; } = new("h2load", "nghttp2-client");

    public LoadProcess Start(Uri target, int seconds) => LoadProcess.Start(
        Tool.Path,
        [.. _arguments, $"--clients={_work.Connections}", $"--duration={seconds}", .. UrisOf(target)],
        seconds,
        output => Parse(output, TimeSpan.FromSeconds(seconds)));

    /// <summary>
    /// Connections are opened at the rate of the requests, so that they do not all send in the same moment, and each then keeps its share of the rate.
    /// </summary>
    public LoadProcess StartAtRate(Uri target, int rate, int seconds)
    {
        var requests = rate * seconds;
        var connections = _work.NewConnections ? requests : Math.Min(requests, Math.Max(_work.Connections, rate / RateOfConnectionMax));
        requests -= requests % connections;
        var interval = 1_000_000L * connections / rate;
        var log = Path.Combine(_directory, Path.GetRandomFileName());

        // So many connections every so many milliseconds, both whole and as small as they can be.
        var together = (int)BigInteger.GreatestCommonDivisor(rate, 1_000);
        string[] pace = _work.NewConnections ? [] : [$"--rps={(double)rate / connections}"];
        return LoadProcess.Start(
            Tool.Path,
            [
                .. _arguments, .. pace, $"--clients={connections}", $"--requests={requests}", $"--rate={rate / together}", $"--rate-period={1_000 / together}ms",
                $"--log-file={log}", .. UrisOf(target),
            ],
            seconds,
            _ => ReadLog(log, requests, TimeSpan.FromSeconds(seconds), waits: _work is { NewConnections: false, Streams: 1 } ? interval : null));
    }

    private IEnumerable<string> UrisOf(Uri target)
    {
        if (_work.Routes == 0)
        {
            return [new Uri(target, _work.Path).ToString()];
        }

        var file = Path.Combine(_directory, $"uris-{target.Port}");
        File.WriteAllLines(file, _work.Paths.Select(path => new Uri(target, path).ToString()));
        return [$"--input-file={file}"];
    }

    private static LoadResult Parse(string output, TimeSpan duration)
    {
        var counts = Counts().Match(output);
        if (!counts.Success)
        {
            throw new InvalidOperationException($"h2load gave no result. It wrote:{Environment.NewLine}{output}");
        }

        var done = long.Parse(counts.Groups["done"].Value, CultureInfo.InvariantCulture);
        return new LoadResult(done, duration, Failed: done - long.Parse(counts.Groups["succeeded"].Value, CultureInfo.InvariantCulture), Latencies.None);
    }

    /// <summary>A line has when a request was sent, its status, and how many microseconds it took to the end of its answer.</summary>
    private static LoadResult ReadLog(string file, int requests, TimeSpan duration, long? waits)
    {
        var lines = File.ReadLines(file).Select(line => line.Split('\t').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        File.Delete(file);
        var latencies = lines.Select(line => line[2]);
        return new LoadResult(
            lines.Length,
            duration,
            Failed: requests - lines.Count(line => line[1] is >= 200 and < 400),
            waits is { } interval ? Latencies.WithOmitted(latencies, interval) : new Latencies(latencies));
    }

    [GeneratedRegex(@"(?<done>\d+) done, (?<succeeded>\d+) succeeded", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Counts();
}
