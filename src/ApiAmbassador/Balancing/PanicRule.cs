namespace ApiAmbassador.Balancing;

/// <summary>
/// When so few of a pool are believed to be well that the belief is doubted: then all are asked, sick and ejected ones too, because those few could not
/// carry the load of all. Open circuits still hold requests back, as those have just been tried; so does weight 0. Pure.
/// </summary>
internal static class PanicRule
{
    /// <summary>In smaller pools there is no panic: that two of three are down is nothing unusual, and the third may well carry it.</summary>
    public const int HostsMin = 4;

    /// <summary>Whether health is ignored.</summary>
    /// <param name="well">How many are neither sick nor ejected.</param>
    /// <param name="hosts">How many there are, less those of weight 0.</param>
    /// <param name="ratio">The share below which.</param>
    public static bool IsPanic(int well, int hosts, double ratio) => hosts >= HostsMin && (double)well / hosts < ratio;
}
