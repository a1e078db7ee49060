using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>
/// One case: starts the origin and all peers, warms them up, and measures them round by round. What disturbs the machine for a while then
/// falls on all peers of that round alike, and the ratio within the round stays right.
/// </summary>
internal sealed class CaseRun(Case work, SideBySideOptions options, Action<string> progress)
{
    private const int WarmUpOfOthers = 1;

    /// <summary>Highest rate for latencies, in requests a second.</summary>
    private const int RateMax = 10_000;

    /// <summary>Below saturation: this fraction of what the slowest peer takes.</summary>
    private const double RateRatio = 0.6;

    /// <summary>An estimate, starts and ends of processes included.</summary>
    public static double SecondsFor(Case work, IReadOnlyList<IPeer> peers, SideBySideOptions options) => work.Kind == CaseKind.Idle
        ? 8 * peers.Count
        : peers.Sum(peer => 2 + options.Seconds + WarmUpOf(peer, options)) + (options.Rounds * peers.Count * ((3 * options.Seconds) + 0.3));

    public async Task<CaseResult> ExecuteAsync(IReadOnlyList<IPeer> peers, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("api-ambassador-benchmarks-");
        var servers = new List<ChildServer>();
        try
        {
            var destinations = Origin.Addresses(work.Destinations);
            _ = await StartAsync("origin", place => work.Kind == CaseKind.WebSocket ? WebSocketEcho.Prepare(destinations[0]) : Origin.Prepare(place, destinations));
            var task = work.TaskFor(destinations, SelfSigned.Write(directory.FullName));
            var running = new List<MeasuredPeer>();
            foreach (var peer in peers)
            {
                var label = LabelFor(peer, running);
                progress($"starting {label}");
                var started = new MeasuredPeer(label, await StartAsync(label, place => peer.Prepare(task, place)));
                await started.VerifyAsync(work.Inbound, cancellation);
                running.Add(started);
            }

            return work.Kind == CaseKind.Idle
                ? await new IdleRun(work, progress).ExecuteAsync(running, cancellation)
                : await MeasureAsync(running, peers, work.Kind == CaseKind.WebSocket ? new WebSocketLoad(work) : new HttpLoad(work, directory.FullName), cancellation);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            directory.Delete(recursive: true);
        }

        async Task<ChildServer> StartAsync(string label, Func<string, ChildStart> prepare)
        {
            var place = directory.CreateSubdirectory(label).FullName;
            var server = await ChildServer.StartAsync(label, prepare(place), place, cancellation);
            servers.Add(server);
            return server;
        }
    }

    private async Task<CaseResult> MeasureAsync(List<MeasuredPeer> running, IReadOnlyList<IPeer> peers, ILoad load, CancellationToken cancellation)
    {
        var slowest = double.PositiveInfinity;
        foreach (var (peer, known) in running.Zip(peers))
        {
            progress($"warming up {peer.Label}");
            _ = await LoadAsync(peer, WarmUpOf(known, options));
            slowest = Math.Min(slowest, (await LoadAsync(peer, options.Seconds)).RequestsPerSecond);
        }

        var rate = RateFor(slowest);
        for (var round = 0; round < options.Rounds; round++)
        {
            // The order rotates, so that no peer is always the first.
            var start = round % running.Count;
            await new Round([.. running[start..], .. running[..start]], load, rate, options.Seconds).ExecuteAsync(cancellation);
            var costs = running.Select(peer => $"{peer.Label} {peer.Samples[round].CpuMicrosecondsPerRequest:F1}");
            progress($"round {round + 1} of {options.Rounds}, µs/request: {string.Join(", ", costs)}");
        }

        return CaseResult.Of(work, running, rate);

        async Task<LoadResult> LoadAsync(MeasuredPeer peer, int seconds)
        {
            using var generator = load.Start(peer.Address, seconds);
            return await generator.FinishAsync(cancellation);
        }
    }

    /// <summary>A round number, so that two runs on a like machine have the same.</summary>
    private static int RateFor(double slowest)
    {
        var rate = Math.Clamp((int)(RateRatio * slowest), 10, RateMax);
        return rate - (rate % (rate < 100 ? 10 : rate < 1_000 ? 50 : 500));
    }

    private static int WarmUpOf(IPeer peer, SideBySideOptions options) => peer.CompilesAsItRuns ? options.WarmUp : WarmUpOfOthers;

    private static string LabelFor(IPeer peer, List<MeasuredPeer> earlier)
    {
        var same = earlier.Count(other => other.Label.Split('#')[0].Equals(peer.Name, StringComparison.Ordinal));
        return same == 0 ? peer.Name : $"{peer.Name}#{same + 1}";
    }
}
