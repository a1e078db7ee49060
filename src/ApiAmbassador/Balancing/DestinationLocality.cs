using System.Globalization;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Balancing;

/// <summary>The priority and the zone of a destination, which live in its metadata as its weight does.</summary>
internal static class DestinationLocality
{
    /// <summary>Where the priority is written.</summary>
    public const string PriorityKey = "Ambassador.Priority";

    /// <summary>Where the zone is written.</summary>
    public const string ZoneKey = "Ambassador.Zone";

    /// <summary>A destination's priority: 0 is asked first.</summary>
    public static int PriorityOf(DestinationConfig destination) =>
        destination.Metadata is { } metadata
        && metadata.TryGetValue(PriorityKey, out var text)
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? priority
            : 0;

    /// <summary>A destination's zone, or null.</summary>
    public static string? ZoneOf(DestinationConfig destination) => destination.Metadata?.GetValueOrDefault(ZoneKey);

    /// <summary>Metadata with these in them; as they are where there is nothing to say.</summary>
    public static IReadOnlyDictionary<string, string>? With(IReadOnlyDictionary<string, string>? metadata, int priority, string? zone)
    {
        if (priority == 0 && zone is null)
        {
            return metadata;
        }

        var with = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
        if (priority != 0)
        {
            with[PriorityKey] = priority.ToString(CultureInfo.InvariantCulture);
        }

        if (zone is not null)
        {
            with[ZoneKey] = zone;
        }

        return with;
    }
}
