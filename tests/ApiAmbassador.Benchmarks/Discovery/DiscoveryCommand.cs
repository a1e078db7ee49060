using System.CommandLine;
using System.Diagnostics;
using System.Net;
using ApiAmbassador.Benchmarks.Peers;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using Yarp.ReverseProxy;

namespace ApiAmbassador.Benchmarks.Discovery;

/// <summary>
/// <c>discovery</c>: how long after a list has changed is it in force? Once with ten thousand destinations from one file, from its renaming until YARP has them;
/// and once with a DNS record that moves, until the first request is answered at the new place.
/// </summary>
internal static class DiscoveryCommand
{
    private const int Destinations = 10_000, Lists = 7, Moves = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var command = new Command("discovery", "From a changed list to its being in force: 10 000 destinations, and a record that moves.");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("discovery-");
        Console.WriteLine($"{"",-46} {"median ms",10} {"max ms",10}");
        await ListsAsync(directory.FullName, cancellation);
        await MovesAsync(directory.FullName, cancellation);
        directory.Delete(recursive: true);
        return 0;
    }

    private static async Task ListsAsync(string directory, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, "targets.json");
        await File.WriteAllTextAsync(path, Targets(0, 1), cancellation);
        await using var host = await StartAsync(directory, $$""" "File": { "Path": "{{path}}", "Refresh": "00:00:00.1" } """);
        var (others, one) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 1; i <= Lists; i++)
        {
            others.Add(await RenamedAsync(host, path, Targets(i, Destinations), Destinations, Id(i, 0), cancellation));
            one.Add(await RenamedAsync(host, path, Targets(i, Destinations + 1), Destinations + 1, Id(i, Destinations), cancellation));
        }

        Print($"{Destinations} from a file, all of them new", others);
        Print($"one more than {Destinations} from a file", one);
    }

    private static async Task<TimeSpan> RenamedAsync(AmbassadorHost host, string path, string content, int count, string last, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(path + ".new", content, cancellation);
        var begun = Stopwatch.GetTimestamp();
        File.Move(path + ".new", path, overwrite: true);
        var yarp = host.Services.GetRequiredService<IProxyStateLookup>();
        await UntilAsync(
            () => Task.FromResult(yarp.TryGetCluster("api", out var cluster) && cluster.DestinationsState.AllDestinations.Count == count && cluster.Destinations.ContainsKey(last)),
            begun,
            cancellation);
        return Stopwatch.GetElapsedTime(begun);
    }

    private static async Task MovesAsync(string directory, CancellationToken cancellation)
    {
        var port = Loopback.FreeAddress().Port;
        IPAddress[] places = [IPAddress.Parse("127.2.0.1"), IPAddress.Parse("127.2.0.2")];
        await using var first = await ServeAsync(places[0], port);
        await using var second = await ServeAsync(places[1], port);
        using var dns = new SmallDns(places[0]);
        await using var host = await StartAsync(directory, $$""" "Dns": { "Name": "api.test", "Port": {{port}}, "Server": "{{dns.EndPoint}}", "Refresh": "00:00:01" } """);
        using var client = new HttpClient { BaseAddress = host.Addresses[0] };
        var times = new List<TimeSpan>();
        for (var i = 1; i <= Moves; i++)
        {
            var place = places[i % 2];

            // Not always at the same time after a question.
            await Task.Delay(TimeSpan.FromMilliseconds(137 * i % 1000), cancellation);
            var begun = Stopwatch.GetTimestamp();
            dns.Move(place);
            await UntilAsync(async () => await client.GetStringAsync("/", cancellation) == place.ToString(), begun, cancellation);
            times.Add(Stopwatch.GetElapsedTime(begun));
        }

        Print("A record moved, refresh 1 s: first request", times);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, long begun, CancellationToken cancellation)
    {
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"It is not in force after {Patience.TotalSeconds:0} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), cancellation);
        }
    }

    private static void Print(string what, List<TimeSpan> times) =>
        Console.WriteLine($"{what,-46} {times.Order().ElementAt(times.Count / 2).TotalMilliseconds,10:0} {times.Max().TotalMilliseconds,10:0}");

    private static string Id(int generation, int number) => $"http://10.{generation}.{number / 250}.{number % 250}:8080";

    private static string Targets(int generation, int count) =>
        $$"""[{ "targets": [{{string.Join(", ", Enumerable.Range(0, count).Select(number => $"\"{Id(generation, number)["http://".Length..]}\""))}}] }]""";

    private static async Task<WebApplication> ServeAsync(IPAddress address, int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://{address}:{port}");
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(address.ToString(), context.RequestAborted));
        await app.StartAsync();
        return app;
    }

    private static async Task<AmbassadorHost> StartAsync(string directory, string discovery)
    {
        var config = Directory.CreateDirectory(Path.Combine(directory, "config")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(config, "routes.json"),
            $$"""
            { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } } },
                                "Clusters": { "api": { "Discovery": { {{discovery}} } } } } }
            """);
        var (host, errors) = await AmbassadorHost.StartAsync(new ConfigSources(AppContext.BaseDirectory, config, new Dictionary<string, string>
        {
            ["Ambassador__Listen__0"] = "http://127.0.0.1:0",
            ["Ambassador__Admin__Listen"] = "http://127.0.0.1:0",
            ["Logging__LogLevel__Default"] = "Error",
        }));
        return host ?? throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }
}
