namespace ApiAmbassador.Observability;

/// <summary>One thing that happened.</summary>
/// <param name="Sequence">Counts what happened in this process, from 1 and without a gap.</param>
/// <param name="Time">When.</param>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Subject">What it happened to, as <c>cluster</c> or <c>cluster/destination</c>; null for the ambassador as a whole.</param>
/// <param name="Text">What happened and why, in a sentence.</param>
/// <param name="Details">More of it, a line each, as the errors of a change that was refused.</param>
internal sealed record TimelineEntry(
    long Sequence, DateTimeOffset Time, TimelineKind Kind, string? Subject, string Text, IReadOnlyList<string> Details);
