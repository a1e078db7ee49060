using System.Globalization;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The server behind all peers: one NGINX worker that answers from memory, as cheaply as a server can.</summary>
internal static class Origin
{
    /// <summary>90 bytes; what comes through a peer is compared with it once, before anything is measured.</summary>
    public const string Body = """{"id":"4d7a","status":"ready","note":"an answer of ninety bytes, always the same, no more."}""";

    /// <summary>One answer in twenty is 503, by lot.</summary>
    public const string FailingPath = "/failing";

    /// <summary>Reads a body to its end before it answers.</summary>
    public const string TakingPath = "/taking";

    /// <summary>Answers <see cref="LargeBytes"/> of noise.</summary>
    public const string LargePath = "/large";

    public const int LargeBytes = 1 << 20;

    /// <summary>So many places where one origin can be asked, all of loopback: one port of 127.1.0.1 and on.</summary>
    public static IReadOnlyList<Uri> Addresses(int count)
    {
        var port = Loopback.FreeAddress().Port;
        return [.. Enumerable.Range(0, count).Select(i => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.1.{i / 250}.{1 + (i % 250)}:{port}/")))];
    }

    public static ChildStart Prepare(string directory, IReadOnlyList<Uri> addresses)
    {
        var noise = new byte[LargeBytes];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(directory, LargePath[1..]), noise);

        // All peers may connect to it at once: what it would not take is asked again after a second, and would be measured as theirs.
        // What returns at once leaves a body unread; passed on without its body, a request has to be read first.
        return Nginx.Prepare(directory, workers: "1", connections: 16_384, addresses[0], $$"""
            split_clients $request_id $fails { 5% 1; * ""; }
            server {
                {{string.Join("\n    ", addresses.Select(address => $"listen {address.Authority} backlog=4096;"))}}
                default_type application/json;
                client_max_body_size 0;
                client_body_buffer_size {{LargeBytes + 4_096}};
                location / { return 200 '{{Body}}'; }
                location {{FailingPath}} { if ($fails) { return 503; } return 200 '{{Body}}'; }
                location {{LargePath}} { root {{directory}}; }
                location {{TakingPath}} {
                    proxy_pass {{addresses[0]}};
                    proxy_pass_request_body off;
                    proxy_set_header Content-Length "";
                }
            }
            """);
    }
}
