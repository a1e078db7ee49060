namespace ApiAmbassador.Configuration;

/// <summary>One setting in force, as <c>explain</c> shows it. Secrets are redacted already.</summary>
/// <param name="Group">The section it stands in, as <c>ReverseProxy:Clusters:api</c>.</param>
/// <param name="Name">Its path below the group.</param>
/// <param name="Values">Its value as text, or those of a list; empty for a setting that nobody wrote and that has no default.</param>
/// <param name="IsList">Whether it takes a list.</param>
/// <param name="Source">The file and line or the variable that set it, else <c>default</c> with the reason where there is one.</param>
/// <param name="IsDefault">Whether nobody set it.</param>
internal sealed record Setting(string Group, string Name, IReadOnlyList<string> Values, bool IsList, string Source, bool IsDefault)
{
    /// <summary>The whole path, its keys joined by colons.</summary>
    public string Path => Name.Length == 0 ? Group : $"{Group}:{Name}";

    /// <summary>Whether there is a value to show, if only an empty list that somebody wrote.</summary>
    public bool IsSet => Values.Count > 0 || !IsDefault;

    /// <summary>The value on one line.</summary>
    public string Text => IsList && Values.Count == 0 ? "(empty list)" : string.Join(", ", Values.Select(value => value.Length == 0 ? "\"\"" : value));
}
