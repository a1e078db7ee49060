using System.Globalization;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// How long a destination of a cluster may take to take a connection lives in the cluster's metadata, because that is all of our settings that YARP
/// hands to the factory of its HTTP clients.
/// </summary>
internal static class ConnectTimeout
{
    /// <summary>Where it is written, if it is not the default.</summary>
    public const string MetadataKey = "Ambassador.ConnectTimeout";

    /// <summary>The time that a cluster has where nobody said one.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(2);

    /// <summary>A cluster's. What somebody else wrote under our key and is no duration is refused by the validator.</summary>
    public static TimeSpan Of(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.TryGetValue(MetadataKey, out var text) == true && TryParse(text, out var timeout) ? timeout : Default;

    /// <summary>As it stands in the metadata.</summary>
    public static string ToText(TimeSpan timeout) => timeout.ToString("c", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static bool TryParse(string text, out TimeSpan timeout) => TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out timeout);
}
