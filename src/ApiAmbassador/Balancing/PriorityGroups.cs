using System.Collections.Immutable;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>
/// Destinations in the order in which they are asked: by priority, and within one those of the ambassador's own zone first. Kept for as long as the pool
/// is the same, because balancers know lists by reference.
/// </summary>
internal sealed class PriorityGroups
{
    private volatile Grouped? _last;

    /// <summary>Whether there is more than one group.</summary>
    public static bool Differ(IEnumerable<DestinationConfig> destinations, string? zone) =>
        destinations.Select(destination => LevelOf(destination, zone)).Distinct().Skip(1).Any();

    /// <summary>The groups of a cluster, those that are asked first in front; each has those of its destinations that may be asked now.</summary>
    public ImmutableArray<PriorityGroup> Of(ClusterDestinationsState destinations, string? zone)
    {
        var last = _last;
        if (last is null || !ReferenceEquals(last.Destinations, destinations) || last.Zone != zone)
        {
            var available = destinations.AvailableDestinations.ToHashSet();
            _last = last = new Grouped(destinations, zone, [.. destinations.AllDestinations
                .Where(destination => DestinationWeight.Of(destination.Model.Config) > 0)
                .GroupBy(destination => LevelOf(destination.Model.Config, zone))
                .OrderBy(group => group.Key)
                .Select(group => new PriorityGroup([.. group.Where(available.Contains)], SpillRule.Needed(group.Count())))]);
        }

        return last.Groups;
    }

    private static (int Priority, bool IsFar) LevelOf(DestinationConfig destination, string? zone) =>
        (DestinationLocality.PriorityOf(destination), zone is not null && !zone.Equals(DestinationLocality.ZoneOf(destination), StringComparison.OrdinalIgnoreCase));

    private sealed record Grouped(ClusterDestinationsState Destinations, string? Zone, ImmutableArray<PriorityGroup> Groups);
}

/// <summary>Destinations that are asked alike.</summary>
/// <param name="available">Those that may be asked now.</param>
/// <param name="needed">How many of the group it takes to carry everything.</param>
internal sealed class PriorityGroup(IReadOnlyList<DestinationState> available, int needed)
{
    private volatile int _warmAt = -1;

    /// <summary>Those that may be asked now.</summary>
    public IReadOnlyList<DestinationState> Available => available;

    /// <summary>How many of the group it takes to carry everything.</summary>
    public int Needed => needed;

    /// <summary>The count of comebacks, kept by who looks at it, at which nobody of it was warming up; -1 where that was never so.</summary>
    public int WarmAt
    {
        get => _warmAt;
        set => _warmAt = value;
    }
}
