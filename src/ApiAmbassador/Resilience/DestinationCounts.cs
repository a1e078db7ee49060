namespace ApiAmbassador.Resilience;

/// <summary>What came of the attempts at one destination. It lives and goes with what is remembered of it, so that metrics keep no series of who is gone.</summary>
internal sealed class DestinationCounts
{
    /// <summary>Attempts that were answered.</summary>
    public Count Successes { get; } = new();

    /// <summary>Attempts at which the destination failed, by reason or status.</summary>
    public CauseCounts Failures { get; } = new();

    /// <summary>Attempts that say nothing about it, by reason.</summary>
    public CauseCounts Neutral { get; } = new();

    /// <summary>How often its breaker opened; a trial that failed is no opening.</summary>
    public Count Openings { get; } = new();

    /// <summary>Counts an attempt.</summary>
    /// <param name="verdict">What it says.</param>
    /// <param name="cause">Why, in one word, where it is no success.</param>
    public void Add(Verdict verdict, string cause)
    {
        switch (verdict)
        {
            case Verdict.Success:
                Successes.Add();
                break;
            case Verdict.Failure:
                Failures.Add(cause);
                break;
            default:
                Neutral.Add(cause);
                break;
        }
    }
}
