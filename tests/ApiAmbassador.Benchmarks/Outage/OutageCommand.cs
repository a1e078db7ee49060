using System.CommandLine;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Benchmarks.Outage;

/// <summary>
/// <c>outage</c>: a cluster of two instances goes down as a whole under a steady load, once by refusing connections and once by answering 503, and
/// comes back. What do its callers see, how much more does it get than its load, and what does it cost the ambassador?
/// </summary>
internal static class OutageCommand
{
    public static Command Create()
    {
        var rate = new Option<int>("--rate") { Description = "Requests a second", DefaultValueFactory = _ => 2_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long it is down", DefaultValueFactory = _ => 10 };
        var command = new Command("outage", "A whole cluster down under load, and back: attempts, memory, time to answer.") { rate, seconds };
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(rate), result.GetValue(seconds), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int rate, int seconds, CancellationToken cancellation)
    {
        Console.WriteLine($"{"",-22} {"requests",8} {"2xx",7} {"502/504",7} {"503",7} {"attempts/request",16} {"p50 ms",7} {"p99 ms",7} {"MB",5}");
        foreach (var how in new[] { "refuses connections", "answers 503" })
        {
            await using var one = new Instance();
            await using var two = new Instance();
            await one.StartAsync();
            await two.StartAsync();
            await using var ambassador = await StartAsync(one, two);
            using var load = new Load(ambassador.Addresses[0], rate);
            _ = await load.RunAsync(TimeSpan.FromSeconds(10), cancellation); // Compilers and pools settle.
            Print("before", await load.RunAsync(TimeSpan.FromSeconds(5), cancellation));
            await Task.WhenAll(one.BreakAsync(how), two.BreakAsync(how));
            Print(how, await load.RunAsync(TimeSpan.FromSeconds(seconds), cancellation));
            await Task.WhenAll(one.StartAsync(), two.StartAsync());
            var returned = await load.RunAsync(TimeSpan.FromSeconds(10), cancellation);
            Print("after its return", returned);
            Console.WriteLine($"{"",-22} good again {returned.LastFailure.TotalSeconds:0.0} s after its return");
        }

        return 0;
    }

    private static void Print(string phase, LoadReport report) => Console.WriteLine(
        $"{phase,-22} {report.Requests,8} {report.Count(200),7} {report.Count(502) + report.Count(504),7} {report.Count(503),7} {report.AttemptsPerRequest,16:0.000} "
        + $"{report.Percentile(0.5),7:0.00} {report.Percentile(0.99),7:0.0} {report.ResidentMegabytes,5}");

    private static async Task<AmbassadorHost> StartAsync(Instance one, Instance two)
    {
        var directory = Directory.CreateTempSubdirectory("outage-").FullName;
        var (host, errors) = await AmbassadorHost.StartAsync(new ConfigSources(AppContext.BaseDirectory, directory, new Dictionary<string, string>
        {
            ["AMBASSADOR_DESTINATIONS"] = $"http://127.0.0.1:{one.Port}, http://127.0.0.1:{two.Port}",
            ["Ambassador__Listen__0"] = "http://127.0.0.1:0",
            ["Ambassador__Admin__Listen"] = "http://127.0.0.1:0",
            ["Ambassador__AccessLog__Requests"] = nameof(AccessLogRequests.Off), // Its lines would be among ours.
            ["Logging__LogLevel__Default"] = "Error",
        }));
        return host ?? throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }
}
