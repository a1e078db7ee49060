namespace ApiAmbassador.Balancing;

/// <summary>
/// The member that is expected to answer first: of all in a pool of up to eight, else of two drawn by lot, the one with the lowest
/// <code>estimate × (attempts that wait for headers + 1) / weight</code>
/// Estimates within <see cref="Tolerance"/> of the fastest count as the fastest: which of two like instances was faster by a hair is chance, and would
/// bring all requests of a quiet application to one of them. So does a member of which too little is known: it gets requests at once, and no more at a time
/// than the fastest. Between equals the lot decides, by weight. Pure.
/// </summary>
internal static class PeakEwmaChoice
{
    /// <summary>Up to so many times the fastest, and <see cref="Noise"/>, is as fast.</summary>
    public const double Tolerance = 1.5;

    /// <summary>In seconds: what the clock, the scheduler and the network add by chance.</summary>
    private const double Noise = 0.001;

    /// <summary>The index of the member. The pool must not be empty.</summary>
    public static int Pick(Pool pool, long now, Random random)
    {
        if (pool.IsScanned)
        {
            var members = pool.Members;
            Span<double> estimates = stackalloc double[Pool.ScanMax];
            estimates = estimates[..members.Length];
            for (var i = 0; i < members.Length; i++)
            {
                estimates[i] = members[i].Latency.ProvenAt(now);
            }

            return Best(members, estimates, random);
        }

        var (first, second) = pool.DrawTwo(random);
        var (one, two) = (pool.Members[first], pool.Members[second]);
        return Best([one, two], [one.Latency.ProvenAt(now), two.Latency.ProvenAt(now)], random) == 0 ? first : second;
    }

    private static int Best(ReadOnlySpan<PoolMember> members, ReadOnlySpan<double> estimates, Random random)
    {
        var fastest = double.MaxValue;
        foreach (var estimate in estimates)
        {
            fastest = estimate > 0 && estimate < fastest ? estimate : fastest;
        }

        // Where nothing is known of any, all take the same; how long does not matter.
        var alike = (fastest * Tolerance) + Noise;
        var (best, least, weights) = (0, double.MaxValue, 0.0);
        for (var i = 0; i < members.Length; i++)
        {
            var weight = members[i].Weight;
            var load = (members[i].Latency.Pending + 1) / weight;
            var cost = estimates[i] <= alike ? load : estimates[i] / fastest * load;
            if (cost < least)
            {
                (best, least, weights) = (i, cost, weight);
            }
            else if (cost == least)
            {
                weights += weight;
                best = random.NextDouble() * weights < weight ? i : best;
            }
        }

        return best;
    }
}
