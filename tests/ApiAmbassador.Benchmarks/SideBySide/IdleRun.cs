using System.Net.Sockets;
using System.Text;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Connections that were used once and are kept: what they hold of a proxy's memory. Once for each peer, as little disturbs it.</summary>
internal sealed class IdleRun(Case work, Action<string> progress)
{
    // As many as a listener's backlog takes with ease.
    private const int OpenedTogether = 100;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(3);

    public async Task<CaseResult> ExecuteAsync(IReadOnlyList<MeasuredPeer> peers, CancellationToken cancellation)
    {
        var rows = new List<PeerResult>();
        foreach (var peer in peers)
        {
            progress($"opening {work.Connections} connections to {peer.Label}");
            var before = peer.ReadMegabytes();
            var held = new List<Socket>();
            try
            {
                while (held.Count < work.Connections)
                {
                    held.AddRange(await Task.WhenAll(Enumerable.Range(0, OpenedTogether).Select(_ => OpenAsync(peer.Address, cancellation))));
                }

                await Task.Delay(s_rest, cancellation);
                rows.Add(new PeerResult(peer.Label, peer.ReadMegabytes()) { MegabytesBefore = before });
            }
            catch (SocketException refused)
            {
                throw new InvalidOperationException($"{peer.Label} did not take {work.Connections} connections: {refused.Message}", refused);
            }
            finally
            {
                held.ForEach(socket => socket.Dispose());
            }
        }

        return new CaseResult(work, Rate: 0, rows);
    }

    private static async Task<Socket> OpenAsync(Uri address, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"), cancellation);
        var read = await socket.ReceiveAsync(new byte[4_096], cancellation);
        return read > 0 ? socket : throw new SocketException((int)SocketError.ConnectionReset);
    }
}
