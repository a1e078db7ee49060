using System.Globalization;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.Uneven;

/// <summary>A balancer as it is set up for a pool of equal weights.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Missing">What must be installed first; null when it can run.</param>
/// <param name="Prepare">Writes its configuration for these instances into a directory, and says how to start it.</param>
internal sealed record UnevenPeer(string Name, string? Missing, Func<Uri[], string, ChildStart> Prepare)
{
    public static IReadOnlyList<UnevenPeer> All { get; } =
    [
        new("ambassador", new AmbassadorPeer("ambassador", passthrough: false).Missing, Ambassador),
        new("haproxy leastconn", HAProxyPeer.Tool.Missing, (instances, directory) => HAProxy("leastconn", instances, directory)),
        new("haproxy random(2)", HAProxyPeer.Tool.Missing, (instances, directory) => HAProxy("random(2)", instances, directory)),
        new("nginx least_conn", Nginx.Tool.Missing, NginxLeastConn),
        new("yarp power of two", null, Yarp),
    ];

    private static ChildStart Ambassador(Uri[] instances, string directory) => new AmbassadorPeer("ambassador", passthrough: false).Prepare(new PeerTask(instances), directory);

    private static ChildStart HAProxy(string balance, Uri[] instances, string directory)
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
                balance {balance}
            {string.Join(Environment.NewLine, instances.Select((instance, i) => string.Create(CultureInfo.InvariantCulture, $"    server s{i} {instance.Authority}")))}

            """);
        return new ChildStart(HAProxyPeer.Tool.Path, ["-db", "-f", file], address, Ready: address);
    }

    /// <summary>With a zone: its workers know of each other's requests.</summary>
    private static ChildStart NginxLeastConn(Uri[] instances, string directory)
    {
        var address = Loopback.FreeAddress();
        return Nginx.Prepare(directory, workers: "auto", connections: 1_024, address, $$"""
            upstream api {
                zone api 64k;
                least_conn;
                {{string.Join(' ', instances.Select(instance => $"server {instance.Authority};"))}}
                keepalive 256;
                keepalive_requests {{Nginx.Unlimited}};
            }
            server {
                listen {{address.Authority}};
                location / {
                    proxy_pass http://api;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                }
            }
            """);
    }

    private static ChildStart Yarp(Uri[] instances, string directory) => new BarePeer().Prepare(new PeerTask(instances), directory);
}
