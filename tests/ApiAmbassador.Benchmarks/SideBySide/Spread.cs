namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>An interval, both ends included.</summary>
internal sealed record Spread(double Low, double High);
