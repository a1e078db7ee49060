namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>What the origin and <see cref="NginxPeer"/> share: an NGINX in the foreground that writes nothing outside its directory.</summary>
internal static class Nginx
{
    /// <summary>NGINX closes a kept-alive connection after a thousand requests unless told otherwise; under load that is every few milliseconds.</summary>
    public const string Unlimited = "1000000000";

    public static ExternalTool Tool { get; } = new("nginx", "nginx");

    /// <summary>Writes the configuration around the given content.</summary>
    /// <param name="directory">Where the configuration and all temporary files go.</param>
    /// <param name="workers">The value of <c>worker_processes</c>.</param>
    /// <param name="connections">How many each worker takes, those to the other side included.</param>
    /// <param name="address">Where the server listens.</param>
    /// <param name="http">The content of the <c>http</c> block.</param>
    public static ChildStart Prepare(string directory, string workers, int connections, Uri address, string http)
    {
        // Started by root, its workers would be nobody, who may not read or write here.
        var user = Environment.IsPrivilegedProcess ? "user root;" : "";
        var file = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            {{user}}
            worker_processes {{workers}};
            error_log stderr;
            pid nginx.pid;
            events { worker_connections {{connections}}; }
            http {
                access_log off;
                keepalive_timeout 1h;
                keepalive_requests {{Unlimited}};
                client_body_temp_path client_body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
            {{http}}
            }

            """);
        return new ChildStart(Tool.Path, ["-p", directory, "-c", file, "-e", "stderr"], address, Ready: address);
    }
}
