using System.Security.Cryptography.X509Certificates;

namespace ApiAmbassador.WireTests.Clients;

/// <summary>An HTTP client that adds nothing of its own: no proxy from the surroundings, no redirects followed, no cookies kept.</summary>
public static class PlainClient
{
    /// <summary>A client with a connection pool of its own; under TLS it trusts the certificate given here.</summary>
    public static HttpClient Create(Uri address, X509Certificate2? trusted = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        if (trusted is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => trusted.Equals(shown);
        }

        return new HttpClient(handler) { BaseAddress = address, Timeout = Eventually.DefaultDeadline };
    }
}
