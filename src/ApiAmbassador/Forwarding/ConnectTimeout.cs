using System.Globalization;

namespace ApiAmbassador.Forwarding;

/// <summary>How long a cluster's destinations may take to take a connection. It lives in the cluster's metadata, where YARP's clients are made.</summary>
internal static class ConnectTimeout
{
    /// <summary>Where it is written, as a <see cref="TimeSpan"/> in its constant form.</summary>
    public const string MetadataKey = "Ambassador.ConnectTimeout";

    /// <summary>Of a cluster of which nobody said one.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The timeout of a cluster with this metadata.</summary>
    public static TimeSpan Of(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is not null && metadata.TryGetValue(MetadataKey, out var text) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var timeout)
            ? timeout : Default;
}
