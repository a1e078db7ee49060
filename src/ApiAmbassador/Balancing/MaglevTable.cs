using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace ApiAmbassador.Balancing;

/// <summary>
/// Which member a key belongs to: Maglev hashing (Eisenbud et al. 2016, section 3.4). Each member has a permutation of the table's places, made of its
/// id alone, and takes the next free one of it when it is its turn; turns are by weight. So shares are exact to a place in 65 537, and a member
/// that leaves gives away its own places and nearly none of the others'. Immutable.
/// </summary>
internal sealed class MaglevTable
{
    /// <summary>A prime, so that every step goes through all places. Maglev's and Envoy's: with a hundred members each has its share to within a percent.</summary>
    public const int Size = 65_537;

    private readonly int[] _places = new int[Size];

    /// <summary>A table, in some milliseconds.</summary>
    /// <param name="members">Ids, each once and in any order, with weights above zero.</param>
    public MaglevTable(IReadOnlyList<(string Id, double Weight)> members)
    {
        // In the order of the ids, so that ambassadors that learned them in another order agree.
        var order = Enumerable.Range(0, members.Count).OrderBy(i => members[i].Id, StringComparer.Ordinal).ToArray();
        var (next, step, credit) = (new int[members.Count], new int[members.Count], new double[members.Count]);
        for (var i = 0; i < members.Count; i++)
        {
            next[i] = (int)(Hash(members[i].Id, seed: 1) % Size);
            step[i] = 1 + (int)(Hash(members[i].Id, seed: 2) % (Size - 1));
        }

        Array.Fill(_places, -1);
        var heaviest = members.Count == 0 ? 1 : members.Max(member => member.Weight);
        for (var taken = 0; taken < Size && members.Count > 0;)
        {
            foreach (var i in order)
            {
                // The heaviest has a turn in each round, one of half its weight in every other.
                credit[i] += members[i].Weight / heaviest;
                if (credit[i] < 1 || taken == Size)
                {
                    continue;
                }

                credit[i]--;
                while (_places[next[i]] >= 0)
                {
                    next[i] = (next[i] + step[i]) % Size;
                }

                _places[next[i]] = i;
                taken++;
            }
        }
    }

    /// <summary>The place of a key.</summary>
    public static int PlaceOf(ReadOnlySpan<char> key) => (int)(Hash(key, seed: 0) % Size);

    /// <summary>The index of the member at a place; −1 where there are none.</summary>
    public int this[int place] => _places[place];

    private static ulong Hash(ReadOnlySpan<char> text, long seed) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), seed);
}
