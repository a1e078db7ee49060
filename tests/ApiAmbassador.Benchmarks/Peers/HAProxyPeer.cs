namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>HAProxy with one backend, its defaults for threads and connection reuse, and the headers that YARP adds too.</summary>
internal sealed class HAProxyPeer : IPeer
{
    private static readonly ExternalTool s_haproxy = new("haproxy", "haproxy");

    public string Name => "haproxy";

    public string? Missing => s_haproxy.Missing;

    public ChildStart Prepare(Uri origin, string directory)
    {
        var address = Loopback.FreeAddress();
        var file = Path.Combine(directory, "haproxy.cfg");
        File.WriteAllText(file, $"""
            defaults
                mode http
                timeout connect 5s
                timeout client 1h
                timeout server 30s

            listen ambassador
                bind {address.Authority}
                option forwardfor
                http-request set-header X-Forwarded-Proto http
                http-request set-header X-Forwarded-Host %[req.hdr(Host)]
                server origin {origin.Authority}

            """);

        // -db stays in the foreground, so that the process we started is the one that works.
        return new ChildStart(s_haproxy.Path, ["-db", "-f", file], address, Ready: address);
    }
}
