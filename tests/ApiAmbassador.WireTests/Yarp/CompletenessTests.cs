using System.Reflection;
using System.Text.Json;
using ApiAmbassador.WireTests.Ambassador;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>Every setting that YARP has is in some file of this folder, so that none is forgotten when YARP is updated.</summary>
public class CompletenessTests
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public void Settings_ofYarpsRoutesAndClusters_areAllInTheFiles()
    {
        var settings = SettingsOf(typeof(RouteConfig), "Routes:*").Concat(SettingsOf(typeof(ClusterConfig), "Clusters:*"))
            .Except(["Routes:*:RouteId", "Clusters:*:ClusterId"]);
        var written = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, _) in Written())
        {
            written.Add(Generalized(path));
            written.Add(Generalized(path[..^1])); // Flags are written as a list.
        }

        settings.Where(setting => !written.Contains(setting)).ShouldBeEmpty();
    }

    [Fact]
    public void Transforms_ofYarp_areAllInTheFiles()
    {
        // Each factory of YARP's names the keys it reads in constants.
        var keys = typeof(RouteConfig).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("TransformFactory", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(string) && field.Name.EndsWith("Key", StringComparison.Ordinal))
            .Select(field => (string)field.GetValue(null)!)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var written = Written().Where(setting => setting.Path is ["Routes", _, "Transforms", ..]).Select(setting => setting.Path[^1]);
        keys.Count.ShouldBeGreaterThan(30, "YARP names its transforms' keys elsewhere now");
        keys.ExceptWith(["By"]); // Not a key, but a word in the value of Forwarded.

        keys.Except(written, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(typeof(HeaderMatchMode), "Routes:*:Match:Headers:*:Mode")]
    [InlineData(typeof(QueryParameterMatchMode), "Routes:*:Match:QueryParameters:*:Mode")]
    public void Modes_ofYarp_areAllInTheFiles(Type modes, string path)
    {
        var written = Written().Where(setting => Generalized(setting.Path) == path).Select(setting => setting.Value);

        Enum.GetNames(modes).Except(written, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
    }

    private static IEnumerable<string> SettingsOf(Type type, string path)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var setting = $"{path}:{property.Name}";
            var inner = property.PropertyType;
            while (inner.IsGenericType)
            {
                setting += Nullable.GetUnderlyingType(inner) is null ? ":*" : "";
                inner = inner.GetGenericArguments()[^1];
            }

            // A list of scalars is written as itself; a list of maps (the transforms) has a test of its own.
            IEnumerable<string> found = inner.Namespace == typeof(RouteConfig).Namespace || inner.Name == "ForwarderRequestConfig"
                ? inner.IsEnum ? [setting] : SettingsOf(inner, setting)
                : [setting];
            foreach (var one in found)
            {
                yield return one;
            }
        }
    }

    /// <summary>All settings of all files below <c>ReverseProxy</c>, each with its path and its text.</summary>
    private static IEnumerable<(string[] Path, string Value)> Written() =>
        Directory.GetFiles(AmbassadorSetup.RouteFiles, "*.json").Where(file => Path.GetFileName(file) != "refused.json")
            .SelectMany(file => Leaves(JsonDocument.Parse(File.ReadAllText(file), WithComments).RootElement.GetProperty("ReverseProxy"), []));

    private static IEnumerable<(string[] Path, string Value)> Leaves(JsonElement element, string[] path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Leaves(property.Value, [.. path, property.Name])),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Leaves(item, [.. path, index.ToString()])),
        _ => [(path, element.ToString())],
    };

    /// <summary>A path with <c>*</c> for what the user names: ids, indexes and keys of maps.</summary>
    private static string Generalized(string[] path)
    {
        var parts = path.Select(part => int.TryParse(part, out _) ? "*" : part).ToArray();
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = parts[i - 1] is "Routes" or "Clusters" or "Destinations" or "Metadata" || parts[Math.Max(0, i - 2)] == "Transforms" ? "*" : parts[i];
        }

        return string.Join(':', parts);
    }
}
