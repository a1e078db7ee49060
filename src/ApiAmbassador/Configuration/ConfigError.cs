namespace ApiAmbassador.Configuration;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Place">Where it was written; null where it was not written at all.</param>
/// <param name="Path">Which setting, its keys joined by colons; empty for a file as a whole.</param>
/// <param name="Message">What is wrong and, where we know it, the way out. Never a secret's value.</param>
public sealed record ConfigError(Place? Place, string Path, string Message)
{
    /// <summary>What is wrong, without what a quoted value may tell.</summary>
    public string Message { get; init; } = Secrets.InSentence(Message);

    /// <summary>Two lines: where, and what. Both readable on 80 columns.</summary>
    public override string ToString()
    {
        var where = (Place, Path) switch
        {
            (null, _) => Path,
            (_, "") => $"{Place}",
            _ => $"{Place}  {Path}",
        };
        return where.Length == 0 ? Message : $"{where}{Environment.NewLine}  {Message}";
    }
}
