using System.CommandLine;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary><c>side-by-side</c>: reads the options, leaves out what cannot run, runs one case after the other, and prints the report.</summary>
internal static class SideBySideCommand
{
    public static Command Create()
    {
        var cases = new Option<string>("--cases")
        {
            Description = $"Which, with commas between: {string.Join(", ", CaseCatalog.All.Select(work => work.Name))}",
            DefaultValueFactory = _ => string.Join(',', CaseCatalog.All.Select(work => work.Name)),
        };
        var peers = new Option<string>("--peers")
        {
            Description = $"Which, with commas between: {string.Join(", ", PeerCatalog.All.Select(peer => peer.Name))}; one named twice shows the noise",
            DefaultValueFactory = _ => "ambassador,bare,haproxy,nginx",
        };
        var rounds = Between(1, 100, new Option<int>("--rounds") { Description = "Measurements of each peer in each case, to 100", DefaultValueFactory = _ => 7 });
        var seconds = Between(1, 60, new Option<int>("--seconds") { Description = "Of each of the three measurements of a round, to 60", DefaultValueFactory = _ => 1 });
        var warmUp = Between(1, 60, new Option<int>("--warm-up") { Description = "Seconds of load before that for peers that compile as they run, to 60", DefaultValueFactory = _ => 30 });
        var output = new Option<FileInfo?>("--out") { Description = "Also write the table as Markdown to this file" };

        var command = new Command("side-by-side", "What requests cost and take through several proxies, measured in turns on this machine.")
        {
            cases, peers, rounds, seconds, warmUp, output,
        };
        command.SetAction((result, cancellation) => RunAsync(
            Names(result.GetRequiredValue(cases)),
            Names(result.GetRequiredValue(peers)),
            new SideBySideOptions(result.GetValue(seconds), result.GetValue(rounds), result.GetValue(warmUp)),
            result.GetValue(output),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] caseNames, string[] peerNames, SideBySideOptions options, FileInfo? output, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Fail("side-by-side reads processor time from /proc and so needs Linux.");
        }

        if ((WrkLoad.Tool.Missing ?? H2Load.Tool.Missing ?? Nginx.Tool.Missing) is { } needed)
        {
            return Fail($"Load and origin are needed whatever is measured: {needed}.");
        }

        if (peerNames.FirstOrDefault(name => PeerCatalog.Find(name) is null) is { } unknownPeer)
        {
            return Fail($"There is no peer '{unknownPeer}'; there are {string.Join(", ", PeerCatalog.All.Select(peer => peer.Name))}.");
        }

        if (caseNames.FirstOrDefault(name => CaseCatalog.Find(name) is null) is { } unknownCase)
        {
            return Fail($"There is no case '{unknownCase}'; there are {string.Join(", ", CaseCatalog.All.Select(work => work.Name))}.");
        }

        IPeer[] peers = [.. peerNames.Select(name => PeerCatalog.Find(name)!).Where(peer => CanRun(peer.Name, peer.Missing))];
        Case[] cases = [.. caseNames.Select(name => CaseCatalog.Find(name)!).Where(work => CanRun(work.Name, OpenFiles.MissingFor(work)))];
        if (peers.Length == 0 || cases.Length == 0)
        {
            return Fail("Nothing is left to measure.");
        }

        var results = await MeasureAsync(cases, peers, options, cancellation);
        var report = new Report(options, results);
        Console.Out.Write(report.ToText());
        if (output is not null)
        {
            await File.WriteAllTextAsync(output.FullName, report.ToMarkdown(), CancellationToken.None);
        }

        return results.Count == cases.Length && results.TrueForAll(result => result.IsSound) ? 0 : 1;
    }

    /// <summary>A case that cannot be measured does not take the others with it, and what was measured before Ctrl+C is not lost.</summary>
    private static async Task<List<CaseResult>> MeasureAsync(Case[] cases, IPeer[] peers, SideBySideOptions options, CancellationToken cancellation)
    {
        Console.Error.WriteLine($"{cases.Length} cases, {peers.Length} peers: about {cases.Sum(work => CaseRun.SecondsFor(work, peers, options)) / 60:F0} minutes.");
        var results = new List<CaseResult>();
        foreach (var (number, work) in cases.Index())
        {
            void Progress(string what) => Console.Error.WriteLine($"[{number + 1}/{cases.Length} {work.Name}] {what}");
            try
            {
                results.Add(await new CaseRun(work, options, Progress).ExecuteAsync(peers, cancellation));
            }
            catch (InvalidOperationException failure)
            {
                Progress(failure.Message);
                results.Add(new CaseResult(work, Rate: 0, [], failure.Message));
            }
            catch (OperationCanceledException)
            {
                Progress("stopped; all processes that were started are gone");
                break;
            }
        }

        return results;
    }

    private static bool CanRun(string name, string? missing)
    {
        if (missing is not null)
        {
            Console.Error.WriteLine($"Left out: {name}. {missing}.");
        }

        return missing is null;
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Option<int> Between(int least, int most, Option<int> option)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{option.Name} is from {least} to {most}.");
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
