using System.Globalization;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>What a proxy is set up to do: the same for each of them.</summary>
/// <param name="Destinations">Who shares the requests, by the balancing that is the proxy's default.</param>
internal sealed record PeerTask(IReadOnlyList<Uri> Destinations)
{
    public Inbound Inbound { get; init; }

    /// <summary>A file with certificate and key, for <see cref="Inbound.Tls"/>.</summary>
    public string? Certificate { get; init; }

    /// <summary>Prefixes of the path besides <c>/</c>, as <see cref="PathOf"/> names them. All lead to the same destinations.</summary>
    public int Routes { get; init; }

    /// <summary>Connections of callers at a time, at most: NGINX wants to be told.</summary>
    public int Connections { get; init; } = 1_000;

    /// <summary>Whether a request that is answered 503 is asked of another destination, by proxies that can and do not do so by themselves.</summary>
    public bool TriesAgain { get; init; }

    /// <summary>A free place to listen at.</summary>
    public Uri FreeAddress() => new UriBuilder(Loopback.FreeAddress()) { Scheme = Inbound == Inbound.Tls ? "https" : "http" }.Uri;

    public static string PathOf(int route) => string.Create(CultureInfo.InvariantCulture, $"/route{route}/");
}
