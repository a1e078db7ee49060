namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>NGINX with kept-alive upstream connections, a worker for each processor, and the headers that YARP adds too.</summary>
internal sealed class NginxPeer : IPeer
{
    public string Name => "nginx";

    public string? Missing => Nginx.Tool.Missing;

    public bool CompilesAsItRuns => false;

    public ChildStart Prepare(PeerTask task, string directory)
    {
        var address = task.FreeAddress();

        // What it would write to the disk for a while, the others pass on as it comes.
        return Nginx.Prepare(directory, workers: "auto", 1_024 + (3 * task.Connections) + (2 * task.Destinations.Count), address, $$"""
            upstream api {
                {{string.Join("\n    ", task.Destinations.Select(destination => $"server {destination.Authority} max_fails=0;"))}}
                keepalive {{Math.Max(256, Math.Max(task.Connections, task.Destinations.Count))}};
                keepalive_requests {{Nginx.Unlimited}};
            }
            map $http_upgrade $connection_header { default upgrade; "" ""; }
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_max_temp_file_size 0;
            client_max_body_size 0;
            proxy_next_upstream error timeout{{(task.TriesAgain ? " http_503" : "")}};
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $host;
            server {
                listen {{address.Authority}}{{ListenOf(task)}};
                location / { proxy_pass http://api; }
                {{string.Join("\n    ", Enumerable.Range(1, task.Routes).Select(route => $"location {PeerTask.PathOf(route)} {{ proxy_pass http://api; }}"))}}
            }
            """) with
        { ReadyOverHttp2 = task.Inbound == Inbound.Http2 };
    }

    private static string ListenOf(PeerTask task) => task.Inbound switch
    {
        Inbound.Http2 => " http2",
        Inbound.Tls => $" ssl; ssl_certificate {task.Certificate}; ssl_certificate_key {task.Certificate}",
        _ => "",
    };
}
