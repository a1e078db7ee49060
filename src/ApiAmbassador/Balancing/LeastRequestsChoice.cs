namespace ApiAmbassador.Balancing;

/// <summary>The member with the fewest requests under way for its weight: of all in a pool of up to eight, else of two drawn by lot. Between equals the lot decides, by weight. Pure.</summary>
internal static class LeastRequestsChoice
{
    /// <summary>The index of the member. The pool must not be empty.</summary>
    public static int Pick(Pool pool, Random random)
    {
        var members = pool.Members;
        if (!pool.IsScanned)
        {
            // Two that are equal were drawn by lot already.
            var (first, second) = pool.DrawTwo(random);
            return members[second].Load < members[first].Load ? second : first;
        }

        var best = 0;
        var (least, weights) = (members[0].Load, members[0].Weight);
        for (var i = 1; i < members.Length; i++)
        {
            var load = members[i].Load;
            if (load < least)
            {
                (best, least, weights) = (i, load, members[i].Weight);
            }
            else if (load == least)
            {
                weights += members[i].Weight;
                best = random.NextDouble() * weights < members[i].Weight ? i : best;
            }
        }

        return best;
    }
}
