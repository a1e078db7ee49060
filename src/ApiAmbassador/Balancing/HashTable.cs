using System.Collections.Frozen;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>A cluster's <see cref="MaglevTable"/> and whose places are whose, for as long as members and weights are the same.</summary>
internal sealed class HashTable
{
    private readonly (string Id, double Weight)[] _members;
    private readonly MaglevTable _places;
    private readonly FrozenDictionary<string, int> _indexes;

    /// <summary>What was chosen among last.</summary>
    private volatile Assigned? _last;

    /// <summary>A table of all destinations that have a weight.</summary>
    public HashTable(IReadOnlyList<DestinationState> destinations)
        : this(MembersOf(destinations))
    {
    }

    private HashTable((string Id, double Weight)[] members)
    {
        _members = members;
        _places = new MaglevTable(members);
        _indexes = members.Select((member, index) => (member.Id, index)).ToFrozenDictionary(item => item.Id, item => item.index, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The table of these destinations: this one, where ids and weights are the same.</summary>
    public HashTable With(IReadOnlyList<DestinationState> destinations) =>
        MembersOf(destinations) is var members && members.SequenceEqual(_members) ? this : new HashTable(members);

    /// <summary>The index in a pool of the one that a key belongs to, or of the next by the table that is in the pool and not overloaded; −1 where the table knows none of it.</summary>
    public int Pick(Pool pool, ReadOnlySpan<char> key)
    {
        var last = _last;
        if (last is null || !ReferenceEquals(last.Pool, pool))
        {
            _last = last = Assign(pool);
        }

        return ConsistentHashChoice.Pick(_places, MaglevTable.PlaceOf(key), last.Indexes, pool);
    }

    private Assigned Assign(Pool pool)
    {
        var indexes = new int[_members.Length];
        Array.Fill(indexes, -1);
        for (var i = 0; i < pool.Members.Length; i++)
        {
            if (_indexes.TryGetValue(pool.Members[i].State.DestinationId, out var index))
            {
                indexes[index] = i;
            }
        }

        return new Assigned(pool, indexes);
    }

    private static (string Id, double Weight)[] MembersOf(IReadOnlyList<DestinationState> destinations) =>
    [
        .. destinations.Select(destination => (Id: destination.DestinationId, Weight: DestinationWeight.Of(destination.Model.Config)))
            .Where(member => member.Weight > 0)
            .OrderBy(member => member.Id, StringComparer.Ordinal),
    ];

    /// <summary>The table's members by their index in a pool; −1 where they are not in it.</summary>
    private sealed record Assigned(Pool Pool, int[] Indexes);
}
