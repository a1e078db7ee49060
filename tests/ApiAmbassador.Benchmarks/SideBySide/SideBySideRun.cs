using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>
/// Starts the origin and all peers, warms them up, and measures them round by round: what disturbs the machine for a while then falls on
/// all peers of that round alike, and the ratio within the round stays right.
/// </summary>
internal sealed class SideBySideRun(SideBySideOptions options, TextWriter progress)
{
    /// <summary>Tiered compilation competes with the load for the processors; on a busy machine it has not settled after five seconds.</summary>
    private const int JitWarmUpSeconds = 10;

    public async Task<IReadOnlyList<MeasuredPeer>> ExecuteAsync(IReadOnlyList<IPeer> peers, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("api-ambassador-benchmarks-");
        var servers = new List<ChildServer>();
        try
        {
            var origin = await StartAsync("origin", Origin.Prepare);
            var load = new WrkLoad(options.Connections, directory.FullName);
            var measured = new List<MeasuredPeer>();
            foreach (var peer in peers)
            {
                var label = LabelFor(peer, measured);
                progress.WriteLine($"starting and warming up {label}");
                var server = await StartAsync(label, place => peer.Prepare(origin.Address, place));
                var target = new MeasuredPeer(label, server);
                await target.VerifyAsync(cancellation);
                await load.RunAsync(target.Address, JitWarmUpSeconds, cancellation);
                measured.Add(target);
            }

            await MeasureAsync(measured, load, cancellation);
            return measured;
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

    private async Task MeasureAsync(List<MeasuredPeer> peers, WrkLoad load, CancellationToken cancellation)
    {
        for (var round = 0; round < options.Rounds; round++)
        {
            // The order rotates, so that no peer is always the first.
            var start = round % peers.Count;
            await new Round([.. peers[start..], .. peers[..start]], load, options.Seconds).ExecuteAsync(cancellation);

            var costs = peers.Select(peer => $"{peer.Label} {peer.Samples[round].CpuMicrosecondsPerRequest:F1}");
            progress.WriteLine($"round {round + 1} of {options.Rounds}, µs/request: {string.Join(", ", costs)}");
        }
    }

    private static string LabelFor(IPeer peer, List<MeasuredPeer> earlier)
    {
        var same = earlier.Count(other => other.Label.Split('#')[0].Equals(peer.Name, StringComparison.Ordinal));
        return same == 0 ? peer.Name : $"{peer.Name}#{same + 1}";
    }
}
