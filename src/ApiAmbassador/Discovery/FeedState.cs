namespace ApiAmbassador.Discovery;

/// <summary>How it stands with what is followed.</summary>
/// <param name="List">What is believed.</param>
/// <param name="Held">How many of it are believed although the source names them no more.</param>
/// <param name="Unconfirmed">Empty answers in a row that are not believed yet.</param>
/// <param name="GoodAt">When the source last answered well; null where it has not since the start.</param>
/// <param name="Error">What was wrong with its last answer; null where nothing was.</param>
/// <param name="Errors">Bad answers since the start.</param>
/// <param name="HasAnswered">Whether it has answered at all, good or not.</param>
/// <param name="IsKept">Whether the list is the one that was kept from before the start.</param>
internal sealed record FeedState(
    IReadOnlyList<Instance> List, int Held, int Unconfirmed, DateTimeOffset? GoodAt, string? Error, long Errors, bool HasAnswered, bool IsKept)
{
    /// <summary>What decides, beside the list, whether and how the list is used; the same for most answers.</summary>
    public (bool HasAnswered, bool WasGood, bool IsFailing, bool IsUnconfirmed) Standing => (HasAnswered, GoodAt is not null, Error is not null, Unconfirmed > 0);

    /// <summary>Before the first answer.</summary>
    public static FeedState Unanswered { get; } = new([], 0, 0, GoodAt: null, Error: null, 0, HasAnswered: false, IsKept: false);
}
