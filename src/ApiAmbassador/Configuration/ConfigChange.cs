namespace ApiAmbassador.Configuration;

/// <summary>What became of a changed configuration, for whoever tells it.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Revision">The revision in force after it.</param>
/// <param name="IsApplied">Whether it was put in force; if not everything is as it was, and <paramref name="Errors"/> say why.</param>
/// <param name="Difference">What it changed, a line each, secrets redacted; at most <see cref="ConfigDifference.LinesMax"/> and one more.</param>
/// <param name="NeedsRestart">The settings, by name, that differ from those of the start and take effect only with a restart.</param>
/// <param name="Errors">All that is wrong with it.</param>
internal sealed record ConfigChange(
    DateTimeOffset Time,
    long Revision,
    bool IsApplied,
    IReadOnlyList<string> Difference,
    IReadOnlyList<string> NeedsRestart,
    IReadOnlyList<ConfigError> Errors);
