using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>
/// The schema for editors is made from the same shape that settings are checked against, and its words from the same comments that
/// document the options. This test fails when the file in <c>config/schema</c> is not what the code says; with
/// <c>AMBASSADOR_WRITE_SCHEMA=1</c> it writes it.
/// </summary>
public partial class SchemaFileTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<Dictionary<string, string>> Summaries = new(() =>
        XDocument.Load(Path.ChangeExtension(typeof(AmbassadorOptions).Assembly.Location, ".xml"))
            .Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!)));

    [Fact]
    public void SchemaFile_isWhatTheCodeSays()
    {
        var made = Schema().ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable("AMBASSADOR_WRITE_SCHEMA") == "1")
        {
            File.WriteAllText(PathOfFile(), made);
        }

        File.ReadAllText(PathOfFile()).ShouldBe(made, "write it anew: AMBASSADOR_WRITE_SCHEMA=1 dotnet test --project tests/ApiAmbassador.Tests");
    }

    private static JsonObject Schema()
    {
        var schema = Describe(ConfigShape.Root);
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", "ApiAmbassador route file");
        schema["properties"]!.AsObject().Add("$schema", new JsonObject { ["type"] = "string" });
        schema["additionalProperties"] = true; // Other sections are the framework's.
        return schema;
    }

    private static JsonObject Describe(ConfigShape shape)
    {
        var schema = shape switch
        {
            ConfigShape.Scalar scalar => Describe(scalar.Type),
            ConfigShape.List list => new JsonObject { ["type"] = "array", ["items"] = Describe(list.Item) },
            ConfigShape.Map map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Describe(map.Item) },
            ConfigShape.Object known => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject(known.Properties
                    .OrderBy(property => property.Key, StringComparer.Ordinal)
                    .Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Describe(property.Value)))),
                ["additionalProperties"] = false,
            },
            _ => throw new InvalidOperationException($"{shape} has no schema"),
        };
        if (Summary(shape.Source) is { } summary)
        {
            schema.Insert(0, "description", summary);
        }

        return schema;
    }

    /// <summary>Numbers and booleans may be written as text too, as environment variables are.</summary>
    private static JsonObject Describe(Type type) => type switch
    {
        _ when type == typeof(bool) => new JsonObject { ["type"] = new JsonArray("boolean", "string", "null") },
        _ when type == typeof(int) || type == typeof(long) => new JsonObject { ["type"] = new JsonArray("integer", "string", "null") },
        _ when type == typeof(double) => new JsonObject { ["type"] = new JsonArray("number", "string", "null") },
        _ when type == typeof(Version) => new JsonObject { ["type"] = new JsonArray("string", "number", "null") },
        _ when type == typeof(TimeSpan) => new JsonObject
        {
            ["type"] = new JsonArray("string", "null"), ["pattern"] = @"^-?(\d+\.)?\d{1,2}:\d{2}:\d{2}(\.\d{1,7})?$",
        },
        _ when type == typeof(string) => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") },
        { IsEnum: true } => new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)name), null]) },
        _ => new JsonObject { ["type"] = new JsonArray("string", "null") },
    };

    private static string? Summary(PropertyInfo? property) =>
        property is null ? null : Summaries.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");

    /// <summary>A comment as plain text: references by their last name, white space folded.</summary>
    private static string Text(XElement summary)
    {
        foreach (var see in summary.Descendants("see").ToArray())
        {
            see.ReplaceWith(see.Attribute("cref")!.Value.Split('.')[^1]);
        }

        return WhiteSpace().Replace(summary.Value, " ").Trim();
    }

    private static string PathOfFile([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "config", "schema", "ambassador.schema.json");

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex WhiteSpace();
}
