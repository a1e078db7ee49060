namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>How much is measured.</summary>
/// <param name="Seconds">How long each of the three measurements of a peer in a round is.</param>
/// <param name="Rounds">How often each peer is measured in each case.</param>
/// <param name="WarmUp">Seconds of load, before that, for peers whose code is compiled as it runs.</param>
internal sealed record SideBySideOptions(int Seconds, int Rounds, int WarmUp);
