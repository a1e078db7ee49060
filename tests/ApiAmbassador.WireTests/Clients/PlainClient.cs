namespace ApiAmbassador.WireTests.Clients;

/// <summary>An HTTP client that adds nothing of its own: no proxy from the surroundings, no redirects followed, no cookies kept.</summary>
public static class PlainClient
{
    /// <summary>A client with a connection pool of its own.</summary>
    public static HttpClient Create(Uri address) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address,
        Timeout = Eventually.DefaultDeadline,
    };
}
