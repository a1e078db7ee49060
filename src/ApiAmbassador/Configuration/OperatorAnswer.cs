namespace ApiAmbassador.Configuration;

/// <summary>What an operator is told.</summary>
/// <param name="Unknown">Which name is unknown, in a sentence; null where it was done.</param>
/// <param name="Word">What holds of the destination now.</param>
/// <param name="Weight">The weight in force.</param>
/// <param name="Warning">What he may not have meant, in a sentence; null where there is nothing.</param>
internal sealed record OperatorAnswer(string? Unknown, OperatorWord? Word = null, double Weight = 0, string? Warning = null);
