namespace ApiAmbassador.Configuration;

/// <summary>The framework's section <c>Authentication:Schemes:Bearer</c>, which says whose tokens are good.</summary>
internal static class BearerScheme
{
    /// <summary>The scheme's name.</summary>
    public const string Name = "Bearer";

    /// <summary>Whether it was written.</summary>
    public static bool IsSet(ConfigNode root) => root.Find("Authentication", "Schemes", Name) is not null;
}
