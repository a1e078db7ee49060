namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One case in the table.</summary>
/// <param name="Work">The case.</param>
/// <param name="Rate">Requests a second at which latencies were measured.</param>
/// <param name="Peers">In the order of <c>--peers</c>; empty when the case could not be measured.</param>
/// <param name="Failure">Why it could not be measured; null when it was.</param>
internal sealed record CaseResult(Case Work, int Rate, IReadOnlyList<PeerResult> Peers, string? Failure = null)
{
    /// <summary>A failed request is cheap to serve: where any did that should not have, the figures say nothing.</summary>
    public bool IsSound => Failure is null && (Work.OriginFails || Peers.All(peer => peer.Requests is null or { FailedRatio: 0 }));

    public static CaseResult Of(Case work, IReadOnlyList<MeasuredPeer> peers, int rate)
    {
        var bare = peers.FirstOrDefault(peer => peer.Label == "bare");
        var haproxy = peers.FirstOrDefault(peer => peer.Label == "haproxy");
        return new CaseResult(work, rate, [.. peers.Select(peer => new PeerResult(peer.Label, peer.ReadMegabytes()) { Requests = RequestFigures.Of(peer, bare, haproxy) })]);
    }
}
