using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>Destinations by priority, those that are asked first in front; kept for as long as the list is the same, because balancers know lists by reference.</summary>
internal sealed class PriorityGroups
{
    private volatile Grouped? _last;

    /// <summary>Whether there is more than one priority.</summary>
    public static bool Differ(IEnumerable<DestinationConfig> destinations) =>
        destinations.Select(DestinationLocality.PriorityOf).Distinct().Skip(1).Any();

    /// <summary>The groups of a list, each in the list's order.</summary>
    public IReadOnlyList<IReadOnlyList<DestinationState>> Of(IReadOnlyList<DestinationState> available)
    {
        var last = _last;
        if (last is null || !ReferenceEquals(last.Available, available))
        {
            _last = last = new Grouped(available, [.. available
                .GroupBy(destination => DestinationLocality.PriorityOf(destination.Model.Config))
                .OrderBy(group => group.Key)
                .Select(group => group.ToArray())]);
        }

        return last.Groups;
    }

    private sealed record Grouped(IReadOnlyList<DestinationState> Available, IReadOnlyList<IReadOnlyList<DestinationState>> Groups);
}
