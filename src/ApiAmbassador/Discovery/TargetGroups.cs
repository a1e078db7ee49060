using System.Buffers;
using System.Text;
using System.Text.Json;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>
/// Reads lists of target groups, as Prometheus' <c>file_sd</c> and <c>http_sd</c> have them:
/// <code>
/// [ { "targets": ["10.0.0.1:8080", "[fd00::1]:8080", "node1.internal"], "labels": { "weight": "3", "zone": "b", "__scheme__": "https" } } ]
/// </code>
/// A list is taken whole or not at all: half of one would take the other half's instances away. Comments and commas at the end are allowed, as in
/// our route files.
/// </summary>
internal static class TargetGroups
{
    /// <summary>The largest list that is read. Of 20 000 instances each may have 800 bytes.</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>What a target may be made of to be repeated in an error. Anything else may be part of a secret, or of an attack on who reads the log.</summary>
    private static readonly SearchValues<char> Repeatable =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:[]");

    /// <summary>Two keys of one name are refused: programs differ in which of them counts, and whoever wrote both meant one.</summary>
    private static readonly JsonDocumentOptions Format = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
    };

    /// <summary>The list, or one sentence about the first thing that is wrong with it. Never throws.</summary>
    /// <param name="json">UTF-8, with or without a byte order mark.</param>
    /// <param name="defaults">What holds for groups that say nothing.</param>
    public static SourceAnswer Read(ReadOnlyMemory<byte> json, SourceOptions defaults)
    {
        if (json.Length > BytesMax)
        {
            return SourceAnswer.Failed($"is larger than {BytesMax / 1024 / 1024} MiB");
        }

        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }

        if (!json.Span.ContainsAnyExcept(" \t\r\n"u8))
        {
            return SourceAnswer.Failed("is empty; a list of nobody is written as []");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Format);
            var instances = new InstanceSet();
            return ReadGroups(document.RootElement, defaults, instances) is { } problem
                ? SourceAnswer.Failed(problem)
                : SourceAnswer.Listed(instances.Instances);
        }
        catch (JsonException e)
        {
            var place = e.LineNumber is { } line ? $"line {line + 1} " : "";
            return SourceAnswer.Failed($"{place}is not valid JSON: {EchoedText.Sentence(JsonFile.Sentence(e.Message))}");
        }
        catch (InvalidOperationException)
        {
            return SourceAnswer.Failed("is not valid UTF-8 text"); // The library's word for it, inside strings.
        }
    }

    private static string? ReadGroups(JsonElement root, SourceOptions defaults, InstanceSet instances)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            return "is no list of target groups: [ { \"targets\": [\"host:port\"], \"labels\": { } } ]";
        }

        var number = 0;
        foreach (var group in root.EnumerateArray())
        {
            number++;
            if (ReadGroup(group, defaults, instances) is { } problem)
            {
                return $"group {number}{problem}";
            }
        }

        return null;
    }

    /// <summary>As Prometheus, which takes no other keys than these two: a mistyped one would make a group of nobody.</summary>
    private static string? ReadGroup(JsonElement group, SourceOptions defaults, InstanceSet instances)
    {
        if (group.ValueKind != JsonValueKind.Object)
        {
            return " is no object with targets";
        }

        JsonElement? targets = null;
        var labels = TargetLabels.Of(defaults);
        foreach (var property in group.EnumerateObject())
        {
            if (property.NameEquals("targets"u8))
            {
                targets = property.Value;
            }
            else if (!property.NameEquals("labels"u8))
            {
                return $" has a key '{EchoedText.Value(property.Name)}', which is neither targets nor labels";
            }
            else if (property.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                return " has labels that are no object";
            }
            else if (property.Value.ValueKind == JsonValueKind.Object && TargetLabels.Read(property.Value, ref labels) is { } problem)
            {
                return $" {problem}";
            }
        }

        return targets is { ValueKind: JsonValueKind.Array } list ? ReadTargets(list, labels, instances) : " has no list of targets";
    }

    private static string? ReadTargets(JsonElement targets, TargetLabels labels, InstanceSet instances)
    {
        var portElse = labels.Scheme == Uri.UriSchemeHttps ? HttpsPort : HttpPort;
        var number = 0;
        foreach (var target in targets.EnumerateArray())
        {
            number++;
            var written = target.ValueKind == JsonValueKind.String ? target.GetString()! : "";
            var problem = TargetAddress.Read(written, portElse, out var host, out var port)
                ?? instances.Add(new Instance(labels.Scheme, host, port, labels.Weight, labels.Priority, labels.Zone));
            if (problem is not null)
            {
                var shown = written.Length == 0 || written.AsSpan().ContainsAnyExcept(Repeatable) ? "" : $" ('{EchoedText.Value(written)}')";
                return $", target {number}{shown} {problem}";
            }
        }

        return null;
    }
}
