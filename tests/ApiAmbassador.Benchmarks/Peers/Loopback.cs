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

#pragma warning disable MA0039 // What is checked is that our own process on loopback answers, not who it is.
    /// <summary>A client for a few requests to a server of ours: it believes any certificate.</summary>
    /// <param name="http2">Whether it speaks HTTP/2, by prior knowledge.</param>
    public static HttpClient CreateClient(bool http2) =>
        new(new HttpClientHandler { UseProxy = false, ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            Timeout = TimeSpan.FromSeconds(5),
            DefaultRequestVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
#pragma warning restore MA0039
}
