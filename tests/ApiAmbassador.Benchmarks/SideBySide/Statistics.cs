namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Order statistics: what noise does to a few rounds leaves them where they are, which it does not with means.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    /// <summary>The middle half of the values.</summary>
    public static Spread Quartiles(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Quantile(sorted, 0.25), Quantile(sorted, 0.75));
    }

    /// <summary>
    /// A confidence interval of at least 95 % for the median, whatever the distribution: the number of values below the true median is
    /// binomial(n, ½), so the k-th smallest and the k-th largest enclose it with probability 1 − 2·P(binomial &lt; k). The largest k that
    /// keeps 95 % is taken; fewer than six values cannot promise that much, and give their whole range.
    /// </summary>
    public static Spread MedianInterval(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var outside = 0;
        var probability = Math.Pow(0.5, sorted.Length); // P(binomial = outside)
        var below = probability; // P(binomial <= outside)
        while (true)
        {
            probability *= (sorted.Length - outside) / (outside + 1.0);
            below += probability;
            if (below > 0.025)
            {
                return new Spread(sorted[outside], sorted[^(outside + 1)]);
            }

            outside++;
        }
    }

    private static double Quantile(double[] sorted, double fraction)
    {
        var position = fraction * (sorted.Length - 1);
        var lower = (int)position;
        var upper = Math.Min(lower + 1, sorted.Length - 1);
        return sorted[lower] + ((sorted[upper] - sorted[lower]) * (position - lower));
    }
}
