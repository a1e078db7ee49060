using System.CommandLine;
using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Cli;

/// <summary>
/// <c>validate</c>: reads everything that <c>run</c> would read and reports every error; exits with 0 if there is none, else with 1. With <c>--live</c>
/// it also asks every source of instances once, and fails where one does.
/// </summary>
internal static class ValidateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Option<string?> config)
    {
        var live = new Option<bool>("--live") { Description = "Also ask every source of instances once, and print what it answers" };
        var command = new Command("validate", "Read everything that run would read and report every error\nExample: ApiAmbassador validate --config ./config") { config, live };
        command.SetAction((result, _) => ValidateAsync(result.GetValue(config), result.GetValue(live)));
        return command;
    }

    private static async Task<int> ValidateAsync(string? configDirectory, bool isLive)
    {
        var sources = ConfigSources.OfProcess(configDirectory);
        var gathered = ConfigGatherer.Gather(sources);
        var (snapshot, errors) = await AmbassadorHost.CheckAsync(gathered, sources);
        if (errors.Count > 0)
        {
            ErrorReport.Write(Console.Error, errors);
            return 1;
        }

        var destinations = snapshot.Clusters.Values.Sum(cluster => cluster.Config.Destinations?.Count ?? 0);
        Console.WriteLine($"The configuration is good: {Count(snapshot.Routes.Count, "route")}, {Count(snapshot.Clusters.Count, "cluster")}, {Count(destinations, "destination")}.");
        return isLive ? await AskAsync(gathered, sources) : 0;
    }

    private static async Task<int> AskAsync(Gathered gathered, ConfigSources sources)
    {
        var (asked, found) = await AmbassadorHost.AskSourcesAsync(gathered, sources);
        var failed = 0;
        foreach (var (cluster, settings) in found.Clusters.OrderBy(cluster => cluster.Key, StringComparer.OrdinalIgnoreCase))
        {
            Console.WriteLine();
            Console.WriteLine($"cluster {cluster}");
            foreach (var (id, state, problem) in asked.Where(source => source.Id.Cluster.Equals(cluster, StringComparison.OrdinalIgnoreCase)))
            {
                var text = state.HasAnswered ? state.Error ?? problem : "no answer";
                failed += text is null ? 0 : 1;
                Console.WriteLine($"  {id}: {(text is null ? $"{state.List.Count} found" : Secrets.InSentence(text))}");
            }

            foreach (var (id, destination) in settings.Config.Destinations!.OrderBy(destination => destination.Key, StringComparer.OrdinalIgnoreCase))
            {
                Console.WriteLine($"    {id}{(id == destination.Address.TrimEnd('/') ? "" : $" ({SafeText.Address(destination.Address)})")}{Place(destination)}");
            }
        }

        Console.WriteLine();
        Console.WriteLine(asked.Count == 0 ? "Nothing is followed: no source, and no host name in an address."
            : failed == 0 ? $"{Count(asked.Count, "source")} answered."
            : $"{failed} of {Count(asked.Count, "source")} failed.");
        return failed == 0 ? 0 : 1;
    }

    private static string Place(DestinationConfig destination) =>
        (DestinationWeight.Of(destination) is var weight and not 1 ? $", weight {weight:0.##}" : "")
        + (DestinationLocality.PriorityOf(destination) is var priority and not 0 ? $", priority {priority}" : "")
        + (DestinationLocality.ZoneOf(destination) is { } zone ? $", zone {zone}" : "");

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
