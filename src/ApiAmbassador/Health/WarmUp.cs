namespace ApiAmbassador.Health;

/// <summary>The share of its requests that a destination gets which has just come, or come back. Pure.</summary>
internal static class WarmUp
{
    /// <summary>With nothing at all it would never get warm (Envoy's <c>min_weight_percent</c>).</summary>
    public const double ShareMin = 0.1;

    /// <summary>Growing evenly from a tenth to all of it.</summary>
    /// <param name="since">How long it has been there.</param>
    /// <param name="slowStart">How long it takes; zero: it has all of it at once.</param>
    public static double Share(TimeSpan since, TimeSpan slowStart) => since >= slowStart ? 1 : Math.Max(ShareMin, since / slowStart);
}
