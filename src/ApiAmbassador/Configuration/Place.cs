namespace ApiAmbassador.Configuration;

/// <summary>Where a setting was written: a file and its line, or an environment variable.</summary>
/// <param name="Source">The file's path as the user knows it, or <c>environment variable NAME</c>.</param>
/// <param name="Line">The line in a file, counted from 1; 0 where lines mean nothing.</param>
public readonly record struct Place(string Source, int Line = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}
