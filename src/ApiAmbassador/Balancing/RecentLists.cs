using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>
/// What was made of the lists of destinations that requests chose among last. Lists are known by reference: YARP makes a new one whenever weights, health or
/// members change. Several are in use at a time where priorities spill over, and where a request is tried again without those that have failed it.
/// </summary>
internal sealed class RecentLists<T>
    where T : class
{
    private const int EntriesMax = 4;

    /// <summary>The one that was wanted last in front; replaced, never changed.</summary>
    private volatile Entry[] _entries = [];

    /// <summary>What was made of a list, or is now.</summary>
    public T Of<TMaker>(IReadOnlyList<DestinationState> list, TMaker maker, Func<TMaker, IReadOnlyList<DestinationState>, T> make)
    {
        var entries = _entries;
        return entries is [var last, ..] && ReferenceEquals(last.List, list) ? last.Value : ToFront(entries, list, maker, make);
    }

    private T ToFront<TMaker>(Entry[] entries, IReadOnlyList<DestinationState> list, TMaker maker, Func<TMaker, IReadOnlyList<DestinationState>, T> make)
    {
        var entry = Array.Find(entries, entry => ReferenceEquals(entry.List, list)) ?? new Entry(list, make(maker, list));
        _entries = [entry, .. entries.Where(other => other != entry).Take(EntriesMax - 1)];
        return entry.Value;
    }

    private sealed record Entry(IReadOnlyList<DestinationState> List, T Value);
}
