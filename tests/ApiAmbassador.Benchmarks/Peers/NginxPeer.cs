namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>NGINX with kept-alive upstream connections, a worker for each processor, and the headers that YARP adds too.</summary>
internal sealed class NginxPeer : IPeer
{
    public string Name => "nginx";

    public string? Missing => Nginx.Tool.Missing;

    public ChildStart Prepare(Uri origin, string directory)
    {
        var address = Loopback.FreeAddress();
        return Nginx.Prepare(directory, workers: "auto", address, $$"""
            upstream origin {
                server {{origin.Authority}};
                keepalive 256;
                keepalive_requests {{Nginx.Unlimited}};
            }
            server {
                listen {{address.Authority}};
                location / {
                    proxy_pass http://origin;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header X-Forwarded-Host $host;
                }
            }
            """);
    }
}
