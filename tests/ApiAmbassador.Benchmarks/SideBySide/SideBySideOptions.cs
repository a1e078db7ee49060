namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>How much is measured.</summary>
/// <param name="Seconds">How long each peer is measured in a round, in all its turns together.</param>
/// <param name="Rounds">How often each peer is measured.</param>
/// <param name="Connections">Kept-alive connections of the load generator.</param>
internal sealed record SideBySideOptions(int Seconds, int Rounds, int Connections);
