namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>How a server process is started, where it listens, and how to tell that it is up.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments, unquoted.</param>
/// <param name="Address">Where it takes requests, on loopback.</param>
/// <param name="Ready">Answers 200 once the server can be used.</param>
internal sealed record ChildStart(string FileName, IReadOnlyList<string> Arguments, Uri Address, Uri Ready)
{
    /// <summary>Whether <see cref="Ready"/> has to be asked over HTTP/2 without TLS.</summary>
    public bool ReadyOverHttp2 { get; init; }

    /// <summary>Environment variables beyond those inherited.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
