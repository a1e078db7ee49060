using System.Globalization;
using System.Text.Json;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>What the labels of a target group say to us: <c>__scheme__</c>, <c>weight</c>, <c>priority</c> and <c>zone</c>.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Weight">From 0, which gets nothing, to 65 535.</param>
/// <param name="Priority">From 0 to 1000.</param>
/// <param name="Zone">Up to 63 letters, or null.</param>
internal readonly record struct TargetLabels(string Scheme, int Weight, int Priority, string? Zone)
{
    private const int WeightMax = 65_535;
    private const int PriorityMax = 1000;
    private const int ZoneLengthMax = 63;

    /// <summary>What holds where a group says nothing.</summary>
    public static TargetLabels Of(SourceOptions defaults) => new(defaults.Scheme, defaults.Weight, defaults.Priority, defaults.Zone);

    /// <summary>
    /// Reads the labels of a group. Those of others are passed over; an empty one is a missing one, as to Prometheus. Numbers may be written as such.
    /// </summary>
    /// <param name="written">The object of labels.</param>
    /// <param name="labels">Holds the defaults, and afterwards what is said.</param>
    /// <returns>What is wrong, as the end of a sentence about the group; else null.</returns>
    public static string? Read(JsonElement written, ref TargetLabels labels)
    {
        foreach (var label in written.EnumerateObject())
        {
            if (label.Value.ValueKind == JsonValueKind.String && label.Value.ValueEquals(""u8))
            {
                continue;
            }

            string? problem = null;
            if (label.NameEquals("__scheme__"u8))
            {
                problem = Text(label.Value, out var scheme) && scheme is "http" or "https" ? null : "has a __scheme__ that is neither http nor https";
                labels = labels with { Scheme = scheme };
            }
            else if (label.NameEquals("weight"u8))
            {
                problem = Number(label.Value, WeightMax, out var weight) ? null : $"has a weight that is no number from 0 to {WeightMax}";
                labels = labels with { Weight = weight };
            }
            else if (label.NameEquals("priority"u8))
            {
                problem = Number(label.Value, PriorityMax, out var priority) ? null : $"has a priority that is no number from 0 to {PriorityMax}";
                labels = labels with { Priority = priority };
            }
            else if (label.NameEquals("zone"u8))
            {
                problem = Text(label.Value, out var zone) && zone.Length <= ZoneLengthMax && !zone.Any(char.IsControl)
                    ? null
                    : $"has a zone that is no text of up to {ZoneLengthMax} letters without control characters";
                labels = labels with { Zone = zone };
            }

            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    private static bool Text(JsonElement value, out string text)
    {
        text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return text.Length > 0;
    }

    private static bool Number(JsonElement value, int max, out int number)
    {
        number = 0;
        var isNumber = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt32(out number),
            JsonValueKind.String => int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        return isNumber && number >= 0 && number <= max;
    }
}
