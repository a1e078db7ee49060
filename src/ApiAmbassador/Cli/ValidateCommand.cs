using System.CommandLine;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Cli;

/// <summary><c>validate</c>: reads everything that <c>run</c> would read and reports every error; exits with 0 if there is none, else with 1.</summary>
internal static class ValidateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Option<string?> config)
    {
        var command = new Command("validate", "Read everything that run would read and report every error\nExample: ApiAmbassador validate --config ./config") { config };
        command.SetAction((result, _) => ValidateAsync(result.GetValue(config)));
        return command;
    }

    private static async Task<int> ValidateAsync(string? configDirectory)
    {
        var (snapshot, errors) = await AmbassadorHost.CheckAsync(ConfigSources.OfProcess(configDirectory));
        if (errors.Count > 0)
        {
            ErrorReport.Write(Console.Error, errors);
            return 1;
        }

        var destinations = snapshot.Clusters.Values.Sum(cluster => cluster.Config.Destinations?.Count ?? 0);
        Console.WriteLine($"The configuration is good: {Count(snapshot.Routes.Count, "route")}, {Count(snapshot.Clusters.Count, "cluster")}, {Count(destinations, "destination")}.");
        return 0;
    }

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
