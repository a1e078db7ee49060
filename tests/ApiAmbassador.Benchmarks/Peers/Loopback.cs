using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.Benchmarks.Peers;

internal static class Loopback
{
    /// <summary>
    /// An address that nobody listened on a moment ago. Another process may take it before ours does: then that peer fails to start, loudly.
    /// </summary>
    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}/");
    }
}
