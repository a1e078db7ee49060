using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Tests.Support;

/// <summary>The one way in which tests write a configuration and have it read or checked.</summary>
internal static class Settings
{
    public const string RouteFile = "routes.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// A file without a fault: two routes, one of them with a split, and two clusters, one of them with weights. Tests change one
    /// thing in it.
    /// </summary>
    public const string Valid =
        """
        {
          "ReverseProxy": {
            "Routes": {
              "plain": { "ClusterId": "one", "Match": { "Path": "/plain/{**rest}" } },
              "shared": { "Split": { "Clusters": { "one": 90, "two": 10 } }, "Match": { "Path": "/shared/{**rest}" } }
            },
            "Clusters": {
              "one": { "Destinations": { "a": { "Address": "http://10.0.0.1:8080" } } },
              "two": { "Destinations": { "a": { "Address": "http://10.0.0.1:8080", "Weight": 3 }, "b": { "Address": "http://10.0.0.2:8080" } } }
            }
          }
        }
        """;

    /// <summary>The valid file with one setting replaced or added: a path of keys joined by colons, and its value in JSON.</summary>
    public static string With(string path, string json)
    {
        var root = JsonNode.Parse(Valid)!.AsObject();
        var keys = path.Split(':');
        var node = root;
        foreach (var key in keys[..^1])
        {
            node = (node[key] ??= new JsonObject()).AsObject();
        }

        node[keys[^1]] = JsonNode.Parse(json);
        return root.ToJsonString(Indented);
    }

    /// <summary>One file's tree, and what is wrong with the file.</summary>
    public static (ConfigNode? Root, IReadOnlyList<ConfigError> Errors) Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    public static (ConfigNode? Root, IReadOnlyList<ConfigError> Errors) Parse(ReadOnlySpan<byte> content)
    {
        var errors = new List<ConfigError>();
        return (JsonFile.Parse(content, RouteFile, errors), errors);
    }

    /// <summary>The sources of a directory with <c>program/</c> and <c>config/</c> in it.</summary>
    public static ConfigSources Sources(TempDirectory directory, params (string Name, string Value)[] variables)
    {
        var config = Directory.CreateDirectory(Path.Combine(directory.Path, "config")).FullName;
        return new ConfigSources(Path.Combine(directory.Path, "program"), config, Variables(variables));
    }

    public static Dictionary<string, string> Variables(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>What is gathered from one route file and an environment.</summary>
    public static Gathered Gather(string json, params (string Name, string Value)[] variables)
    {
        using var directory = new TempDirectory();
        directory.Write("config/" + RouteFile, json);
        return ConfigGatherer.Gather(Sources(directory, variables));
    }

    /// <summary>The whole check, as <c>validate</c> does it, of one route file and an environment.</summary>
    public static async Task<(Snapshot Snapshot, IReadOnlyList<ConfigError> Errors)> CheckAsync(string json, params (string Name, string Value)[] variables)
    {
        using var directory = new TempDirectory();
        directory.Write("config/" + RouteFile, json);
        return await AmbassadorHost.CheckAsync(Sources(directory, variables));
    }
}
