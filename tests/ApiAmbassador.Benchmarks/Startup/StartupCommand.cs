using System.CommandLine;
using System.Diagnostics;
using ApiAmbassador.Benchmarks.Peers;
using ApiAmbassador.Benchmarks.SideBySide;

namespace ApiAmbassador.Benchmarks.Startup;

/// <summary><c>startup</c>: from the start of the process to the first 200 of <c>/readyz</c>, and the memory that it then has, idle and with callers.</summary>
internal static class StartupCommand
{
    private const int Starts = 9, LoadSeconds = 10;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(3);

    public static Command Create()
    {
        var published = new Option<DirectoryInfo?>("--published") { Description = "The directory of a published product (ReadyToRun, for one), measured beside the one that is built here" };
        var command = new Command("startup", "How long the ambassador takes to be ready, and how much memory it has.") { published };
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(published), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DirectoryInfo? published, CancellationToken cancellation)
    {
        List<AmbassadorPeer> programs = [new("built", passthrough: false)];
        if (published is not null)
        {
            programs.Add(new AmbassadorPeer("published", passthrough: false, published.FullName));
        }

        if ((programs.Find(program => program.Missing is not null)?.Missing ?? WrkLoad.Tool.Missing ?? Nginx.Tool.Missing) is { } missing)
        {
            Console.Error.WriteLine($"First, {missing}.");
            return 1;
        }

        var work = CaseCatalog.Find("get-256")!;
        var directory = Directory.CreateTempSubdirectory("api-ambassador-startup-");
        try
        {
            var origins = Origin.Addresses(1);
            await using var origin = await ChildServer.StartAsync("origin", Origin.Prepare(directory.FullName, origins), directory.FullName, cancellation);
            var times = programs.ConvertAll(_ => new List<double>());
            for (var start = 0; start < Starts; start++)
            {
                foreach (var (number, program) in programs.Index())
                {
                    var began = Stopwatch.GetTimestamp();
                    await using var server = await StartAsync(program, new PeerTask(origins), directory, cancellation);
                    times[number].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }

            Console.WriteLine($"| | ready after, ms: median of {Starts} | middle half | MB idle | MB with {work.Connections} connections |");
            Console.WriteLine("|---|---:|---:|---:|---:|");
            foreach (var (number, program) in programs.Index())
            {
                var (median, middle) = (Statistics.Median(times[number]), Statistics.Quartiles(times[number]));
                await using var server = await StartAsync(program, new PeerTask(origins), directory, cancellation);
                await Task.Delay(s_rest, cancellation);
                var idle = server.ReadUse();
                var loaded = await UnderLoadAsync(server, work, directory, cancellation);
                Console.WriteLine($"| {program.Name} | {median:F0} | {middle.Low:F0}–{middle.High:F0} | {Megabytes(idle):F0} | {Megabytes(loaded):F0} |");
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        foreach (var fact in Surroundings.Describe())
        {
            Console.WriteLine(fact);
        }

        return 0;
    }

    private static Task<ChildServer> StartAsync(AmbassadorPeer program, PeerTask task, DirectoryInfo directory, CancellationToken cancellation)
    {
        var place = directory.CreateSubdirectory(program.Name).FullName;
        return ChildServer.StartAsync(program.Name, program.Prepare(task, place), place, cancellation);
    }

    /// <summary>Read while the callers are still there.</summary>
    private static async Task<ResourceUse> UnderLoadAsync(ChildServer server, Case work, DirectoryInfo directory, CancellationToken cancellation)
    {
        using var load = new WrkLoad(work, directory.FullName).Start(server.Address, LoadSeconds);
        await Task.Delay(TimeSpan.FromSeconds(LoadSeconds - 1), cancellation);
        var use = server.ReadUse();
        var result = await load.FinishAsync(cancellation);
        return result.Failed == 0 ? use : throw new InvalidOperationException($"{result.Failed} requests failed.");
    }

    private static double Megabytes(ResourceUse use) => use.ResidentBytes / (1024.0 * 1024);
}
