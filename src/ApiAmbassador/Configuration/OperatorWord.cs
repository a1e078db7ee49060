namespace ApiAmbassador.Configuration;

/// <summary>What an operator has said of one destination.</summary>
/// <param name="IsDrained">It gets nothing new.</param>
/// <param name="Weight">The weight in place of the configured one; null for that one.</param>
internal sealed record OperatorWord(bool IsDrained, int? Weight)
{
    /// <summary>Nothing was said.</summary>
    public static OperatorWord Nothing { get; } = new(IsDrained: false, Weight: null);
}
