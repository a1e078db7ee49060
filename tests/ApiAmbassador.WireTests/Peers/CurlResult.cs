namespace ApiAmbassador.WireTests.Peers;

/// <summary>What came of one run of curl.</summary>
/// <param name="ExitCode">0 for an answer of any status; the other values are in curl's manual.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CurlResult(int ExitCode, string Output, string Error);
