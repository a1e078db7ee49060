namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The server behind all peers: one NGINX worker that answers everything from memory, as cheaply as a server can.</summary>
internal static class Origin
{
    /// <summary>90 bytes; what comes through a peer is compared with it once, before anything is measured.</summary>
    public const string Body = """{"id":"4d7a","status":"ready","note":"an answer of ninety bytes, always the same, no more."}""";

    public static ChildStart Prepare(string directory)
    {
        var address = Loopback.FreeAddress();
        return Nginx.Prepare(directory, workers: "1", address, $$"""
            server {
                listen {{address.Authority}};
                default_type application/json;
                location / { return 200 '{{Body}}'; }
            }
            """);
    }
}
