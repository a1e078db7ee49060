namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>All peers by name.</summary>
internal static class PeerCatalog
{
    public static IReadOnlyList<IPeer> All { get; } = [new BarePeer(), new AmbassadorPeer("ambassador", passthrough: false), new AmbassadorPeer("passthrough", passthrough: true), new HAProxyPeer(), new NginxPeer()];

    public static IPeer? Find(string name) => All.FirstOrDefault(peer => string.Equals(peer.Name, name, StringComparison.OrdinalIgnoreCase));
}
