namespace ApiAmbassador.Configuration;

/// <summary>The admin listener: the section <c>Ambassador:Admin</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>The least letters of a token: what a program has drawn, not what a person has thought of.</summary>
    internal const int TokenLengthMin = 16;

    /// <summary>The most letters of a token.</summary>
    internal const int TokenLengthMax = 1024;

    /// <summary>Its address. Default <c>http://127.0.0.1:9900</c>. A change needs a restart.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:9900";

    /// <summary>
    /// What everybody must show who changes anything by the admin listener (<c>Authorization: Bearer TOKEN</c>), from wherever he
    /// asks. 16 to 1024 visible ASCII letters. Default none: then only this machine may, and no web page that it shows.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>
    /// A file that holds the token, instead of <see cref="Token"/>; white space around it does not count. It is read each time a
    /// token is shown, so that a secret which is exchanged counts at once. Default none.
    /// </summary>
    public string? TokenFile { get; set; }
}
