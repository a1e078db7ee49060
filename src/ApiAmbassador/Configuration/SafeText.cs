namespace ApiAmbassador.Configuration;

/// <summary>What users wrote, as error messages may repeat it: without what may be a password.</summary>
internal static class SafeText
{
    /// <summary>An address without user and password, even one too broken to be read as an address: nothing before its last @.</summary>
    public static string Address(string written)
    {
        var at = written.LastIndexOf('@');
        if (at < 0)
        {
            return written;
        }

        var scheme = written.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 || scheme > at ? "" : written[..(scheme + 3)]) + "…" + written[at..];
    }
}
