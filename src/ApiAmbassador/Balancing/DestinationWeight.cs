using System.Globalization;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Balancing;

/// <summary>
/// The weight of a destination lives on the destination: in its metadata, so that YARP sees a changed weight as a changed
/// destination and renews what was computed from it.
/// </summary>
internal static class DestinationWeight
{
    /// <summary>Where it is written.</summary>
    public const string MetadataKey = "Ambassador.Weight";

    /// <summary>The weight of a destination of which nobody said one.</summary>
    public const int Default = 1;

    /// <summary>
    /// A destination's weight; 0 gets nothing. The addresses behind a name share its weight, so it may be a fraction. What somebody else wrote under
    /// our key and is no number is refused by the validator.
    /// </summary>
    public static double Of(DestinationConfig destination) =>
        destination.Metadata is { } metadata
        && metadata.TryGetValue(MetadataKey, out var text)
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
            ? weight
            : Default;

    /// <summary>Metadata with a weight in them; as they are where it is the default and nothing else was said.</summary>
    public static IReadOnlyDictionary<string, string>? With(IReadOnlyDictionary<string, string>? metadata, double weight) =>
        weight == Default && metadata?.ContainsKey(MetadataKey) != true
            ? metadata
            : new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase)
            {
                [MetadataKey] = weight.ToString(CultureInfo.InvariantCulture),
            };

    /// <summary>Whether weights make a difference. A weight of 0 is out of the pool altogether, so it makes none in it.</summary>
    public static bool Differ(IEnumerable<DestinationConfig> destinations) =>
        destinations.Select(Of).Where(weight => weight != 0).Distinct().Skip(1).Any();
}
