using System.Diagnostics;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>
/// One measurement of all peers. First each takes as much load as it can, alone, for its rate; then, alone again, the same rate as all
/// others, for latencies. Then all are loaded in turns of a few hundredths of a second, one at a time, for the processor time: what else the
/// machine does changes within seconds, and turns that are shorter than this meet the same neighbours. (On a busy machine with two
/// processors the ratio of two equal peers scattered half as much as with turns of two seconds, in the same time.)
/// </summary>
/// <param name="peers">Who is measured, in this order.</param>
/// <param name="load">Their callers.</param>
/// <param name="rate">Requests a second for the latencies.</param>
/// <param name="seconds">How long each of the three measurements of each peer is.</param>
internal sealed class Round(IReadOnlyList<MeasuredPeer> peers, ILoad load, int rate, int seconds)
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(25);

    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        var alone = new List<LoadResult>();
        foreach (var peer in peers)
        {
            using var generator = load.Start(peer.Address, seconds);
            alone.Add(await generator.FinishAsync(cancellation));
        }

        var atRate = new List<LoadResult>();
        foreach (var peer in peers)
        {
            using var generator = load.StartAtRate(peer.Address, rate, seconds);
            atRate.Add(await generator.FinishAsync(cancellation));
        }

        var (shared, cpu) = await TakeTurnsAsync(cancellation);
        for (var i = 0; i < peers.Count; i++)
        {
            peers[i].Add(new Sample(alone[i], atRate[i], shared[i], cpu[i]));
        }
    }

    private async Task<(LoadResult[] Shared, TimeSpan[] Cpu)> TakeTurnsAsync(CancellationToken cancellation)
    {
        var secondsOfAll = seconds * peers.Count;
        var generators = new List<LoadProcess>();
        try
        {
            foreach (var peer in peers)
            {
                var generator = load.Start(peer.Address, secondsOfAll);
                generators.Add(generator);
                await generator.WaitUntilReadyAsync(cancellation);
                generator.Freeze();
            }

            // Processor time and requests are read at the ends only, so that a turn need not be exact: it costs and counts what it lasts.
            var before = peers.Select(peer => peer.ReadCpu()).ToArray();
            var clock = Stopwatch.StartNew();
            for (var turn = 0; clock.Elapsed.TotalSeconds < secondsOfAll; turn++)
            {
                var generator = generators[turn % generators.Count];
                generator.Thaw();
                await Task.Delay(s_turn, cancellation);
                generator.Freeze();
            }

            // Their time is over: thawed, they print their results and end.
            generators.ForEach(generator => generator.Thaw());
            var shared = await Task.WhenAll(generators.Select(generator => generator.FinishAsync(cancellation)));
            return (shared, [.. peers.Select((peer, i) => peer.ReadCpu() - before[i])]);
        }
        finally
        {
            generators.ForEach(generator => generator.Dispose());
        }
    }
}
