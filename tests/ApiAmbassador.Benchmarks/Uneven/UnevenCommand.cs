using System.CommandLine;
using System.Globalization;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.Uneven;

/// <summary><c>uneven</c>: three instances of which the first takes ten times as long, behind one balancer after the other, round after round. What do callers wait, and who gets what?</summary>
internal static class UnevenCommand
{
    private const int RoundsMax = 50, SecondsMax = 60, RateMax = 5_000;

    private static readonly TimeSpan[] s_service = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)];

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = $"Measurements of each balancer, to {RoundsMax}", DefaultValueFactory = _ => 7 };
        var seconds = new Option<int>("--seconds") { Description = $"Load on each in a round, to {SecondsMax}", DefaultValueFactory = _ => 4 };
        var rate = new Option<int>("--rate") { Description = $"Requests a second, to {RateMax}", DefaultValueFactory = _ => 300 };
        var command = new Command("uneven", "Three instances of which one is ten times slower: waiting times and shares, beside other balancers.") { rounds, seconds, rate };
        command.SetAction((result, cancellation) => RunAsync(
            Math.Clamp(result.GetValue(rounds), 1, RoundsMax), TimeSpan.FromSeconds(Math.Clamp(result.GetValue(seconds), 1, SecondsMax)),
            Math.Clamp(result.GetValue(rate), 1, RateMax), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int rounds, TimeSpan time, int rate, CancellationToken cancellation)
    {
        var instances = await Task.WhenAll(s_service.Select((service, number) => UnevenInstance.StartAsync(number, service)));
        var running = new List<Measured>();
        var directory = Directory.CreateTempSubdirectory("uneven-");
        try
        {
            foreach (var peer in UnevenPeer.All)
            {
                if (peer.Missing is { } missing)
                {
                    Console.WriteLine($"without {peer.Name}: {missing}");
                    continue;
                }

                var own = directory.CreateSubdirectory($"{running.Count}").FullName;
                var server = await ChildServer.StartAsync(peer.Name, peer.Prepare([.. instances.Select(instance => instance.Address)], own), own, cancellation);
                running.Add(new Measured(peer.Name, server, new UnevenLoad(server.Address, rate, seed: 1)));
                _ = await running[^1].Load.RunAsync(TimeSpan.FromSeconds(8), cancellation); // Compilers and pools settle.
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var peer in running)
                {
                    peer.Rounds.Add(await peer.Load.RunAsync(time, cancellation));
                }
            }

            Print(running);
            return running.Exists(peer => peer.Rounds.Exists(round => Array.Exists(round, answer => answer.Instance < 0))) ? 1 : 0;
        }
        finally
        {
            foreach (var peer in running)
            {
                peer.Load.Dispose();
                await peer.Server.DisposeAsync();
            }

            foreach (var instance in instances)
            {
                await instance.DisposeAsync();
            }

            directory.Delete(recursive: true);
        }
    }

    private static void Print(List<Measured> peers)
    {
        Console.WriteLine("| balancer | p50 ms | p99 ms | slow one % | others % | fail |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var peer in peers)
        {
            var failed = peer.Rounds.Sum(round => round.Count(answer => answer.Instance < 0));
            var line = $"| {peer.Name} | {peer.Median(round => Percentile(round, 0.5)):0.0} | {peer.Median(round => Percentile(round, 0.99)):0.0} "
                + $"| {peer.Median(round => Share(round, 0)):0.0} | {peer.Median(round => Share(round, 1)):0.0} {peer.Median(round => Share(round, 2)):0.0} | {failed} |";
            Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static double Percentile((int Instance, double Milliseconds)[] round, double share) =>
        round.Select(answer => answer.Milliseconds).Order().ElementAt((int)(share * (round.Length - 1)));

    private static double Share((int Instance, double Milliseconds)[] round, int instance) => 100.0 * round.Count(answer => answer.Instance == instance) / round.Length;

    private sealed record Measured(string Name, ChildServer Server, UnevenLoad Load)
    {
        public List<(int Instance, double Milliseconds)[]> Rounds { get; } = [];

        /// <summary>Of a figure over the rounds.</summary>
        public double Median(Func<(int, double)[], double> figure) => Rounds.Select(figure).Order().ElementAt(Rounds.Count / 2);
    }
}
