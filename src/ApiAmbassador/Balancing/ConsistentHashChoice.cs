namespace ApiAmbassador.Balancing;

/// <summary>
/// The member that a key belongs to. Where that one is out, or has more than 125 % of its share of the requests under way (Mirrokni, Thorup and
/// Zadimoghaddam 2016), the next places of the table are asked, which are as good as drawn by lot: so its keys go to all the others, and each key to the
/// same one for as long as things are as they are. Pure.
/// </summary>
internal static class ConsistentHashChoice
{
    /// <summary>How many times its share a member may have. Envoy's and HAProxy's documents recommend 1.2 to 2; the paper's example is 1.25.</summary>
    public const double LoadMax = 1.25;

    /// <summary>The index in the pool; −1 where the table knows none of it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="place">The key's place.</param>
    /// <param name="indexes">The table's members by their index in the pool; −1 where they are not in it.</param>
    /// <param name="pool">Those that may be chosen.</param>
    public static int Pick(MaglevTable table, int place, ReadOnlySpan<int> indexes, Pool pool)
    {
        var first = -1;
        var perWeight = 0.0;
        for (var probes = 0; probes < MaglevTable.Size; probes++)
        {
            var member = table[place];
            var index = member < 0 ? -1 : indexes[member];
            place = place + 1 == MaglevTable.Size ? 0 : place + 1;
            if (index < 0)
            {
                continue;
            }

            var requests = pool.Members[index].State.ConcurrentRequestCount;
            if (requests == 0)
            {
                return index; // One request is nobody's overload, and most of the time there is nothing to add up.
            }

            first = first < 0 ? index : first;
            perWeight = perWeight == 0 ? RequestsPerWeight(pool) : perWeight;
            if (requests < Math.Ceiling(LoadMax * perWeight * pool.Members[index].Weight))
            {
                return index;
            }
        }

        return first;
    }

    /// <summary>With the request that is to come.</summary>
    private static double RequestsPerWeight(Pool pool)
    {
        var (requests, weights) = (1L, 0.0);
        foreach (var member in pool.Members)
        {
            requests += member.State.ConcurrentRequestCount;
            weights += member.Weight;
        }

        return requests / weights;
    }
}
