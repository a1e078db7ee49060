using System.Globalization;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>HAProxy with one backend, its defaults for threads and connection reuse, and the headers that YARP adds too.</summary>
internal sealed class HAProxyPeer : IPeer
{
    public static ExternalTool Tool { get; } = new("haproxy", "haproxy");

    public string Name => "haproxy";

    public string? Missing => Tool.Missing;

    public bool CompilesAsItRuns => false;

    public ChildStart Prepare(PeerTask task, string directory)
    {
        var address = task.FreeAddress();
        var file = Path.Combine(directory, "haproxy.cfg");
        File.WriteAllText(file, $"""
            defaults
                mode http
                timeout connect 5s
                timeout client 1h
                timeout server 30s
            {(task.TriesAgain ? "    retry-on conn-failure 503\n    retries 2\n    option redispatch 1" : "")}
            frontend ambassador
                bind {address.Authority} {BindOf(task)}
                option forwardfor
                http-request set-header X-Forwarded-Proto {address.Scheme}
                http-request set-header X-Forwarded-Host %[req.hdr(Host)]
            {RoutesOf(task, directory)}
                default_backend api

            backend api
            {Lines(task.Destinations.Select((destination, i) => string.Create(CultureInfo.InvariantCulture, $"    server d{i} {destination.Authority}")))}

            """);

        // -db stays in the foreground, so that the process we started is the one that works.
        return new ChildStart(Tool.Path, ["-db", "-f", file], address, Ready: address) { ReadyOverHttp2 = task.Inbound == Inbound.Http2 };
    }

    private static string BindOf(PeerTask task) => task.Inbound switch
    {
        Inbound.Http2 => "proto h2",
        Inbound.Tls => $"ssl crt {task.Certificate}",
        _ => "",
    };

    /// <summary>By a map, which is looked up once, as HAProxy's users have it where routes are many.</summary>
    private static string RoutesOf(PeerTask task, string directory)
    {
        if (task.Routes == 0)
        {
            return "";
        }

        var map = Path.Combine(directory, "routes.map");
        File.WriteAllText(map, Lines(Enumerable.Range(1, task.Routes).Select(route => $"{PeerTask.PathOf(route).Trim('/')} api")));
        return $"    use_backend %[path,field(2,/),map({map},api)]";
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
