using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using ApiAmbassador.Benchmarks.Peers;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Benchmarks;

/// <summary>
/// <c>allocations</c>: the bytes that the ambassador allocates for one request, with and without retries, breakers and limits
/// (<c>Passthrough</c>). Two ambassadors in this process are asked in turn by a client that allocates nothing.
/// </summary>
internal static class AllocationsCommand
{
    private const int Rounds = 7, RequestsARound = 2_000, WarmUp = 10_000;

    public static Command Create()
    {
        var command = new Command("allocations", "Bytes allocated for one request, with and without the attempt loop.");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("allocations-");
        await using var origin = await ChildServer.StartAsync("origin", Origin.Prepare(directory.FullName, Origin.Addresses(1)), directory.FullName, cancellation);
        await using var with = await StartAsync(origin.Address, directory, passthrough: false);
        await using var without = await StartAsync(origin.Address, directory, passthrough: true);
        foreach (var (method, body) in new[] { ("GET", 0), ("PUT", 1_000) })
        {
            using var first = new Client(with.Addresses[0], method, body);
            using var second = new Client(without.Addresses[0], method, body);
            _ = (first.BytesFor(WarmUp), second.BytesFor(WarmUp));
            var pairs = Enumerable.Range(0, Rounds).Select(_ => (With: first.BytesFor(RequestsARound), Without: second.BytesFor(RequestsARound))).ToArray();
            Console.WriteLine(
                $"{method,-4} {body,5} B body: {Median(pairs, pair => pair.With),6:0} B with, {Median(pairs, pair => pair.Without),6:0} B without, "
                + $"{Median(pairs, pair => pair.With - pair.Without),5:0} B more");
        }

        directory.Delete(recursive: true);
        return 0;
    }

    private static double Median((double With, double Without)[] pairs, Func<(double With, double Without), double> of) => pairs.Select(of).Order().ElementAt(pairs.Length / 2);

    private static async Task<AmbassadorHost> StartAsync(Uri origin, DirectoryInfo directory, bool passthrough)
    {
        var (host, errors) = await AmbassadorHost.StartAsync(new ConfigSources(AppContext.BaseDirectory, directory.CreateSubdirectory("config").FullName, new Dictionary<string, string>
        {
            ["AMBASSADOR_DESTINATIONS"] = origin.GetLeftPart(UriPartial.Authority),
            ["Ambassador__Listen__0"] = "http://127.0.0.1:0",
            ["Ambassador__Admin__Listen"] = "http://127.0.0.1:0",
            ["Ambassador__Passthrough"] = passthrough ? "true" : "false",
            ["Logging__LogLevel__Default"] = "None",
        }));
        return host ?? throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>One kept-alive connection; request and answer are always the same bytes.</summary>
    private sealed class Client : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _request;
        private readonly byte[] _answer = new byte[4_096];

        public Client(Uri address, string method, int body)
        {
            _socket.Connect(address.Host, address.Port);
            var head = $"{method} / HTTP/1.1\r\nHost: {address.Authority}\r\n{(body > 0 ? $"Content-Length: {body}\r\n" : "")}\r\n";
            _request = [.. Encoding.ASCII.GetBytes(head), .. new byte[body]];
        }

        /// <summary>Bytes that the process allocated for each of so many requests.</summary>
        public double BytesFor(int requests)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < requests; i++)
            {
                _socket.Send(_request);
                Receive();
            }

            return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)requests;
        }

        public void Dispose() => _socket.Dispose();

        private void Receive()
        {
            var read = 0;
            while (!_answer.AsSpan(0, read).EndsWith("no more.\"}"u8))
            {
                var count = _socket.Receive(_answer, read, _answer.Length - read, SocketFlags.None);
                read += count > 0 ? count : throw new InvalidOperationException("The ambassador closed the connection.");
            }
        }
    }
}
