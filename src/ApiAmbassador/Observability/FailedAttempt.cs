namespace ApiAmbassador.Observability;

/// <summary>One attempt that failed, as logs, metrics, spans and callers are told of it.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Destination">Where; null where none was chosen.</param>
/// <param name="Phase">How far it had come.</param>
/// <param name="Reason">Why; null where the destination did answer, with a status.</param>
/// <param name="Status">That status, else 0.</param>
internal sealed record FailedAttempt(int Number, string? Destination, Phase Phase, Reason? Reason, int Status)
{
    /// <summary>Why, in one word: the reason, or the status.</summary>
    public string Cause => Reason?.Name ?? Status.ToString();
}
