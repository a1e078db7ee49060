namespace ApiAmbassador.Balancing;

/// <summary>Which group of destinations a request goes to first, where some are asked only when those before them cannot carry it all. Pure.</summary>
internal static class SpillRule
{
    /// <summary>Each host is thought to have so much more room than it needs in good times (Envoy's overprovisioning factor).</summary>
    private const double Room = 1.4;

    /// <summary>
    /// How many hosts of a group carry everything: in whole hosts and rounded down, so that one of two and two of three do. Rounded up, every loss in
    /// a small pool would send requests away.
    /// </summary>
    public static int Needed(int hosts) => Math.Max(1, (int)(hosts / Room));

    /// <summary>The share of what comes to a group that it carries.</summary>
    /// <param name="usable">How many of it serve; one that warms up counts in part.</param>
    /// <param name="needed">How many it takes.</param>
    public static double Carries(double usable, int needed) => Math.Min(1, usable / needed);

    /// <summary>The group: what one does not carry goes on to the next. Where all together do not carry everything each gets its part all the same.</summary>
    /// <param name="carries">What each group carries.</param>
    /// <param name="random">From 0 to 1, evenly drawn.</param>
    public static int Pick(ReadOnlySpan<double> carries, double random)
    {
        var left = 1.0;
        foreach (var share in carries)
        {
            left *= 1 - share;
        }

        var (drawn, rest) = (random * (1 - left), 1.0);
        for (var i = 0; i < carries.Length; i++)
        {
            drawn -= rest * carries[i];
            if (drawn < 0)
            {
                return i;
            }

            rest *= 1 - carries[i];
        }

        return 0; // Nobody serves: the first are asked, as ever.
    }
}
