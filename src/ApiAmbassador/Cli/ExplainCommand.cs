using System.CommandLine;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Cli;

/// <summary><c>explain</c>: every setting in force, its value and where it came from; exits with 0, or with 1 and every error.</summary>
internal static class ExplainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Option<string?> config)
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON array, for programs" };
        var command = new Command("explain", "Show every setting in force, its default and where it came from\nExample: ApiAmbassador explain --config ./config") { config, json };
        command.SetAction((result, _) => ExplainAsync(result.GetValue(config), result.GetValue(json)));
        return command;
    }

    private static async Task<int> ExplainAsync(string? configDirectory, bool json)
    {
        var sources = ConfigSources.OfProcess(configDirectory);
        var gathered = ConfigGatherer.Gather(sources);
        var (snapshot, errors) = await AmbassadorHost.CheckAsync(gathered, sources);
        if (errors.Count > 0)
        {
            ErrorReport.Write(Console.Error, errors);
            return 1;
        }

        var settings = Explanation.Of(snapshot, gathered.Root, sources);
        if (json)
        {
            SettingReport.WriteJson(Console.Out, settings);
        }
        else
        {
            SettingReport.WriteText(Console.Out, settings, isTerminal: !Console.IsOutputRedirected);
        }

        return 0;
    }
}
