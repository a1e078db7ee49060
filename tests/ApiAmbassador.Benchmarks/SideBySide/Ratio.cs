namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>What a peer costs of what another one does: the median of the ratios within each round.</summary>
/// <param name="Median">Of the ratios.</param>
/// <param name="Interval">The 95 % confidence interval of the median.</param>
internal sealed record Ratio(double Median, Spread Interval)
{
    public static Ratio Of(IReadOnlyList<double> costs, IReadOnlyList<double> others)
    {
        double[] pairs = [.. costs.Zip(others, (mine, theirs) => mine / theirs)];
        return new Ratio(Statistics.Median(pairs), Statistics.MedianInterval(pairs));
    }
}
