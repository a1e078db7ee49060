using ApiAmbassador.Observability;

namespace ApiAmbassador.Configuration;

/// <summary>The last change, where it was refused.</summary>
/// <param name="Told">What the timeline was told; kept here, because the timeline forgets it while it still holds.</param>
/// <param name="Fingerprint">Of its content.</param>
/// <param name="Errors">All that is wrong with it.</param>
internal sealed record RefusedChange(TimelineEntry Told, string Fingerprint, IReadOnlyList<ConfigError> Errors);
