namespace ApiAmbassador.Configuration;

/// <summary>The admin listener: the section <c>Ambassador:Admin</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>Its address. Default <c>http://127.0.0.1:9900</c>. A change needs a restart.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:9900";
}
