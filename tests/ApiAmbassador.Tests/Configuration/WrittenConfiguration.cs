using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>A configuration as the control path has it after its first two steps.</summary>
internal static class WrittenConfiguration
{
    /// <summary>The file's name as it stands in the source of each setting.</summary>
    public const string FileName = "routes.json";

    /// <summary>Reads a route file and variables, and nothing of the machine's.</summary>
    public static (Snapshot Snapshot, Gathered Gathered, ConfigSources Sources) Read(string json, params (string Name, string Value)[] variables)
    {
        var directory = Directory.CreateTempSubdirectory("written-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, FileName), json);
            var sources = new ConfigSources(directory.FullName, directory.FullName, variables.ToDictionary(variable => variable.Name, variable => variable.Value));
            var gathered = ConfigGatherer.Gather(sources);
            return (SnapshotBuilder.Build(gathered, revision: 1), gathered, sources);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>What explain says of it.</summary>
    public static IReadOnlyList<Setting> Explain(string json, params (string Name, string Value)[] variables)
    {
        var (snapshot, gathered, sources) = Read(json, variables);
        gathered.Errors.ShouldBeEmpty();
        return Explanation.Of(snapshot, gathered.Root, sources);
    }
}
