using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Benchmarks.Reloads;

/// <summary>What a thousand reloads leave in memory: an ambassador in this process, so that a collection can be forced.</summary>
internal static class ReloadMemory
{
    /// <summary>Enough to fill whatever is bounded, the timeline above all.</summary>
    private const int WarmUp = 600;

    /// <summary>Longer than connections of who has left are looked after.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    /// <summary>Megabytes before and after.</summary>
    public static async Task<(double Before, double After)> MeasureAsync(string directory, int reloads, CancellationToken cancellation)
    {
        var sources = new ConfigSources(AppContext.BaseDirectory, directory, new Dictionary<string, string>
        {
            ["Ambassador__Listen__0"] = "http://127.0.0.1:0",
            ["Ambassador__Admin__Listen"] = "http://127.0.0.1:0",
            ["Logging__LogLevel__Default"] = "None",
        });
        var number = 0;
        Write();
        var (host, errors) = await AmbassadorHost.StartAsync(sources);
        await using var ambassador = host ?? throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
        var reloader = ambassador.Services.GetRequiredService<ConfigReloader>();
        await ReloadAsync(WarmUp);
        _ = await HeapAsync(); // The first look makes something of its own.
        var before = await HeapAsync();
        await ReloadAsync(reloads);
        return (before, await HeapAsync());

        void Write() => File.WriteAllText(Path.Combine(directory, "routes.json"), RouteFiles.Changing(number));

        // As the watcher does it, but for the wait until the files rest: a thousand of those would take minutes. It finds each of them in force already.
        async Task ReloadAsync(int count)
        {
            for (var end = number + count; number < end;)
            {
                number++;
                Write();
                if ((await reloader.ApplyAsync(ConfigGatherer.Gather(sources))) is { Count: > 0 } refused)
                {
                    throw new InvalidOperationException(string.Join(Environment.NewLine, refused));
                }
            }
        }

        async Task<double> HeapAsync()
        {
            await Task.Delay(Settled, cancellation);
            for (var i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            return GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        }
    }
}
