using System.CommandLine;
using System.Diagnostics;
using ApiAmbassador.Benchmarks.Outage;

namespace ApiAmbassador.Benchmarks.Reloads;

/// <summary>
/// <c>reloads</c>: how long a change takes until it serves, what a large one does to requests meanwhile, and what a thousand leave in memory. The
/// ambassador is a process of its own, but for the last.
/// </summary>
internal static class ReloadsCommand
{
    private const int Renames = 20, BigReloads = 24, Rate = 500, SmallReloads = 1_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var published = new Option<DirectoryInfo?>("--published") { Description = "The directory of a published product (ReadyToRun, for one), measured in place of the one that is built here" };
        var command = new Command("reloads", "Changes of the configuration: time to serve, p99 meanwhile, memory after. Four minutes.") { published };
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(published)?.FullName ?? AppContext.BaseDirectory, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string program, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        var directory = Directory.CreateTempSubdirectory("reloads-");
        try
        {
            // First, while nothing else has been made in this process.
            var (before, after) = await ReloadMemory.MeasureAsync(directory.CreateSubdirectory("memory").FullName, SmallReloads, limit.Token);
            Console.WriteLine($"{"",-46} {"median",9} {"max",9}  {"goal",-12}");
            var renames = await RenamesAsync(program, directory.CreateSubdirectory("small").FullName, limit.Token);
            Print("rename to first request at the new place, ms", Median(renames), renames.Max(), "below 300");
            var failed = 0;
            foreach (var (changed, text) in new (string, Func<int, int, string>)[] { ("one", RouteFiles.BigWithSmallChange), ("each", RouteFiles.Big) })
            {
                var (applied, usual, meanwhile, failures) = await BigAsync(program, directory.CreateSubdirectory(changed).FullName, text, limit.Token);
                failed += failures;
                Console.WriteLine($"{RouteFiles.Clusters} clusters x {RouteFiles.Destinations} destinations, of which {changed} changes");
                Print("  rename to in force, ms (median, max)", Median(applied), applied.Max(), "below 1000");
                Print($"  requests, no reload ({usual.Length}), ms (p50, p99)", Share(usual, 0.5), Share(usual, 0.99), "");
                Print($"  requests meanwhile ({meanwhile.Length}), ms (p50, p99)", Share(meanwhile, 0.5), Share(meanwhile, 0.99), $"p99 x {Share(meanwhile, 0.99) / Share(usual, 0.99):0.0} < 2");
            }

            Console.WriteLine($"{"",-46} {"before",9} {"after",9}");
            Print($"heap, {SmallReloads} small reloads, MB", before, after, $"{(after / before) - 1:+0.0 %;-0.0 %} < 5 %");
            Console.WriteLine($"{failed} requests failed");
            return failed == 0 ? 0 : 1;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>One cluster, one instance, the other one: milliseconds until a request comes to the new one.</summary>
    private static async Task<double[]> RenamesAsync(string program, string directory, CancellationToken cancellation)
    {
        await using var one = new Instance("one");
        await using var two = new Instance("two");
        await one.StartAsync();
        await two.StartAsync();
        await using var ambassador = await ReloadedAmbassador.StartAsync(program, directory, RouteFiles.Small(one.Port), cancellation);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = ambassador.Address };
        var times = new List<double>();
        for (var i = -2; i < Renames; i++)
        {
            var (name, port) = i % 2 == 0 ? ("two", two.Port) : ("one", one.Port);
            ambassador.Write(RouteFiles.Small(port));
            var renamed = ambassador.Rename();
            while (await client.GetStringAsync("/", cancellation) != name)
            {
                await Task.Delay(1, cancellation);
            }

            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(renamed).TotalMilliseconds); // The first two are compiled on their way.
            }

            await Task.Delay(Random.Shared.Next(100, 600), cancellation);
        }

        return [.. times];
    }

    /// <summary>Requests all the time, and a large reload now and then: what came during one, beside what came between them.</summary>
    private static async Task<(double[] Applied, double[] Usual, double[] Meanwhile, int Failed)> BigAsync(
        string program, string directory, Func<int, int, string> textOf, CancellationToken cancellation)
    {
        await using var instance = new Instance();
        await instance.StartAsync();
        await using var ambassador = await ReloadedAmbassador.StartAsync(program, directory, textOf(instance.Port, 0), cancellation);
        using var load = new Load(ambassador.Address, Rate);
        _ = await load.RunAsync(TimeSpan.FromSeconds(5), cancellation); // Compilers and pools settle.
        for (var i = 1; i <= 3; i++)
        {
            ambassador.Write(textOf(instance.Port, i));
            ambassador.Rename();
            await ambassador.WaitUntilAppliedAsync(cancellation);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var began = Stopwatch.GetTimestamp();
        var loaded = load.RunUntilAsync(enough.Token);
        var windows = new List<(TimeSpan From, TimeSpan To)>();
        for (var i = 4; i < BigReloads + 4; i++)
        {
            await Task.Delay(Usual, cancellation);
            ambassador.Write(textOf(instance.Port, i));
            await Task.Delay(Usual / 4, cancellation); // To make and write a megabyte is our own disturbance, not that of the reload.
            var renamed = ambassador.Rename();
            var (from, saved) = (Stopwatch.GetElapsedTime(began, renamed), DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(renamed));
            windows.Add((from, from + (await ambassador.WaitUntilAppliedAsync(cancellation) - saved)));
        }

        await enough.CancelAsync();
        var answers = (await loaded).Answers;
        var meanwhile = answers.Where(answer => windows.Any(window => answer.At >= window.From && answer.At - answer.Took <= window.To)).ToArray();
        return (
            [.. windows.Select(window => (window.To - window.From).TotalMilliseconds)],
            [.. answers.Except(meanwhile).Select(answer => answer.Took.TotalMilliseconds)],
            [.. meanwhile.Select(answer => answer.Took.TotalMilliseconds)],
            answers.Count(answer => answer.Status != StatusCodes.Status200OK));
    }

    private static void Print(string what, double first, double second, string goal) => Console.WriteLine($"{what,-46} {first,9:0.00} {second,9:0.00}  {goal,-12}");

    private static double Median(double[] values) => Share(values, 0.5);

    private static double Share(double[] values, double share) => values.Order().ElementAt((int)(share * (values.Length - 1)));
}
