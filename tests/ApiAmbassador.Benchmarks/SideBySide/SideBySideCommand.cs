using System.CommandLine;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary><c>side-by-side</c>: reads the options, leaves out what cannot run, and prints the report.</summary>
internal static class SideBySideCommand
{
    public static Command Create()
    {
        var seconds = AtLeastOne(new Option<int>("--seconds") { Description = "Load on each peer in a round, all its turns together", DefaultValueFactory = _ => 3 });
        var rounds = AtLeastOne(new Option<int>("--rounds") { Description = "Measurements of each peer", DefaultValueFactory = _ => 15 });
        var connections = AtLeastOne(new Option<int>("--connections") { Description = "Kept-alive connections", DefaultValueFactory = _ => 32 });
        var peers = new Option<string>("--peers")
        {
            Description = $"Which, with commas between: {string.Join(", ", PeerCatalog.All.Select(peer => peer.Name))}; one named twice shows the noise",
            DefaultValueFactory = _ => "bare,ambassador",
        };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Also write the table as Markdown to this file" };

        var command = new Command("side-by-side", "CPU time per request of several proxies, measured in turns on this machine.")
        {
            seconds, rounds, connections, peers, markdown,
        };
        command.SetAction((result, cancellation) => RunAsync(
            new SideBySideOptions(result.GetValue(seconds), result.GetValue(rounds), result.GetValue(connections)),
            result.GetRequiredValue(peers).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            result.GetValue(markdown),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(SideBySideOptions options, string[] names, FileInfo? markdown, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Fail("side-by-side reads processor time from /proc and so needs Linux.");
        }

        if ((WrkLoad.Tool.Missing ?? Nginx.Tool.Missing) is { } needed)
        {
            return Fail($"Load and origin are needed whatever is measured: {needed}.");
        }

        if (names.FirstOrDefault(name => PeerCatalog.Find(name) is null) is { } unknown)
        {
            return Fail($"There is no peer '{unknown}'; there are {string.Join(", ", PeerCatalog.All.Select(peer => peer.Name))}.");
        }

        var peers = LeaveOutMissing(names);
        if (peers.Count == 0)
        {
            return Fail("No peer is left to measure.");
        }

        try
        {
            var measured = await new SideBySideRun(options, Console.Error).ExecuteAsync(peers, cancellation);
            return Print(options, measured, markdown);
        }
        catch (InvalidOperationException failure)
        {
            return Fail(failure.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail("Stopped; all processes that were started are gone.");
        }
    }

    private static List<IPeer> LeaveOutMissing(string[] names)
    {
        var peers = new List<IPeer>();
        foreach (var peer in names.Select(name => PeerCatalog.Find(name)!))
        {
            if (peer.Missing is { } missing)
            {
                Console.Error.WriteLine($"Left out: {peer.Name}. To have it, {missing}.");
            }
            else
            {
                peers.Add(peer);
            }
        }

        return peers;
    }

    private static int Print(SideBySideOptions options, IReadOnlyList<MeasuredPeer> measured, FileInfo? markdown)
    {
        var baseline = measured.FirstOrDefault(peer => peer.Label is "bare") ?? measured[0];
        PeerSummary[] summaries = [.. measured.Select(peer => PeerSummary.Of(peer, baseline))];
        var report = new Report(options, summaries, baseline.Label);
        Console.Out.Write(report.ToText());
        if (markdown is not null)
        {
            File.WriteAllText(markdown.FullName, report.ToMarkdown());
        }

        // A failed request is cheap to serve: the figures of a peer that failed requests say nothing.
        PeerSummary[] failing = [.. summaries.Where(peer => peer.Failed > 0)];
        foreach (var peer in failing)
        {
            Console.Error.WriteLine($"!!! {peer.Label} FAILED {peer.Failed} REQUESTS: do not use its figures !!!");
        }

        return failing.Length == 0 ? 0 : 1;
    }

    private static Option<int> AtLeastOne(Option<int> option)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{option.Name} is at least 1.");
            }
        });
        return option;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
