using System.Collections;

namespace ApiAmbassador.Configuration;

/// <summary>Where settings are read from; tests give their own.</summary>
/// <param name="ProgramDirectory">Holds <c>appsettings.json</c>.</param>
/// <param name="ConfigDirectory">Holds the route files; null to look at <c>AMBASSADOR_CONFIG</c>, else <c>./config</c>.</param>
/// <param name="Variables">The environment.</param>
internal sealed record ConfigSources(string ProgramDirectory, string? ConfigDirectory, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>The process's own.</summary>
    public static ConfigSources OfProcess(string? configDirectory)
    {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return new ConfigSources(AppContext.BaseDirectory, configDirectory, variables);
    }

    /// <summary>The name of the environment as .NET has it, for <c>appsettings.NAME.json</c>.</summary>
    public string EnvironmentName =>
        Variable("ASPNETCORE_ENVIRONMENT") ?? Variable("DOTNET_ENVIRONMENT") ?? "Production";

    /// <summary>A variable's value, or null where it is not set or empty.</summary>
    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
