using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One kind of work, the same for every peer.</summary>
/// <param name="Name">Given to <c>--cases</c> and shown in the table.</param>
/// <param name="Text">What is done, in a few words.</param>
internal sealed record Case(string Name, string Text)
{
    public CaseKind Kind { get; init; }

    public Inbound Inbound { get; init; }

    /// <summary>Of callers, all open at the same time.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>Requests under way on one connection at a time; more than one is for HTTP/2.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>Whether each request has a connection of its own.</summary>
    public bool NewConnections { get; init; }

    /// <summary>What is asked for; with <see cref="Routes"/> each of them in turn instead.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The size of a POST's body; 0 asks with GET.</summary>
    public int BodyBytes { get; init; }

    public int Routes { get; init; }

    public int Destinations { get; init; } = 1;

    /// <summary>Whether the origin answers some requests 503: then callers may see some of that, and proxies are set up to ask again.</summary>
    public bool OriginFails { get; init; }

    /// <summary>The paths that are asked for in turn.</summary>
    public IReadOnlyList<string> Paths => Routes == 0 ? [Path] : [.. Enumerable.Range(1, Routes).Select(PeerTask.PathOf)];

    /// <summary>Files and sockets that a proxy has open at the most: its callers, as many destinations, and some of its own.</summary>
    public int OpenFiles => (2 * Math.Max(Connections, Destinations)) + 500;

    public PeerTask TaskFor(IReadOnlyList<Uri> destinations, string certificate) => new(destinations)
    {
        Inbound = Inbound,
        Certificate = Inbound == Inbound.Tls ? certificate : null,
        Routes = Routes,
        Connections = Connections,
        TriesAgain = OriginFails,
    };
}
