using System.Diagnostics;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>
/// One measurement of all peers. First each takes a second of load alone, for rates and latencies; that also brings caches and pooled
/// connections back. Then all are loaded in turns of a few hundredths of a second, one at a time, for the processor time: what else the
/// machine does changes within seconds, and turns that are shorter than this meet the same neighbours. (On a busy machine with two
/// processors the ratio of two equal peers scattered half as much as with turns of two seconds, in the same time.)
/// </summary>
internal sealed class Round(IReadOnlyList<MeasuredPeer> peers, WrkLoad load, int secondsEach)
{
    private const int SecondsAlone = 1;
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(25);

    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        var alone = new List<LoadResult>();
        foreach (var peer in peers)
        {
            alone.Add(await load.RunAsync(peer.Address, SecondsAlone, cancellation));
        }

        var before = peers.Select(peer => peer.ReadCpu()).ToArray();
        var shared = await TakeTurnsAsync(cancellation);
        for (var i = 0; i < peers.Count; i++)
        {
            peers[i].Add(new Sample(alone[i], shared[i], peers[i].ReadCpu() - before[i]));
        }
    }

    private async Task<LoadResult[]> TakeTurnsAsync(CancellationToken cancellation)
    {
        var seconds = secondsEach * peers.Count;
        var generators = new List<WrkProcess>();
        try
        {
            foreach (var peer in peers)
            {
                var generator = load.Start(peer.Address, seconds);
                generators.Add(generator);
                generator.Freeze();
            }

            // Processor time and requests are read at the ends only, so that a turn need not be exact: it costs and counts what it lasts.
            var clock = Stopwatch.StartNew();
            for (var turn = 0; clock.Elapsed.TotalSeconds < seconds; turn++)
            {
                var generator = generators[turn % generators.Count];
                generator.Thaw();
                await Task.Delay(s_turn, cancellation);
                generator.Freeze();
            }

            // Their time is over: thawed, they print their results and end.
            generators.ForEach(generator => generator.Thaw());
            return await Task.WhenAll(generators.Select(generator => generator.FinishAsync(cancellation)));
        }
        finally
        {
            generators.ForEach(generator => generator.Dispose());
        }
    }
}
