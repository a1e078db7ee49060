namespace ApiAmbassador.Configuration;

/// <summary>The last change, where it was refused.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Fingerprint">Of its content.</param>
/// <param name="Errors">All that is wrong with it.</param>
internal sealed record RefusedChange(DateTimeOffset Time, string Fingerprint, IReadOnlyList<ConfigError> Errors);
