using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>
/// A DNS server on one port of 127.0.0.1, UDP and TCP, with a zone that a test changes while it runs, and that answers honestly or fails as its
/// script says. It records what it was asked.
/// </summary>
/// <remarks>What it did not expect (a malformed question, an exception in the script) fails the test when it waits or disposes.</remarks>
public sealed class ScriptedDns : IAsyncDisposable
{
    private const int QueriesMax = 100_000;
    private const int PlainDatagramBytes = 512;

    private readonly DnsZone _zone = new();
    private readonly ChangeSignal _changed = new();
    private readonly Lock _lock = new();
    private readonly List<DnsQuery> _queries = [];
    private readonly List<Exception> _faults = [];
    private readonly List<Task> _work = [];
    private CancellationTokenSource _stopping = new();
    private Socket? _udp;
    private Socket? _tcp;
    private volatile Func<DnsQuery, DnsReply> _script = _ => DnsReply.Zone;

    private ScriptedDns() => (_udp, _tcp) = Bind();

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>As a <c>Server</c> setting.</summary>
    public string Server => EndPoint.ToString();

    /// <summary>Whether an answer goes on with what is known of an alias' target, as servers do. Default true.</summary>
    public bool FollowsAliases
    {
        get => _zone.FollowsAliases;
        set => _zone.FollowsAliases = value;
    }

    /// <summary>What it was asked, in the order it came.</summary>
    public IReadOnlyList<DnsQuery> Queries
    {
        get
        {
            lock (_lock)
            {
                return [.. _queries];
            }
        }
    }

    public static ScriptedDns Start()
    {
        var dns = new ScriptedDns();
        dns.Serve();
        return dns;
    }

    /// <summary>A name has these addresses, A and AAAA, and nothing else. Without any it exists, and has none.</summary>
    public void Set(string name, params IEnumerable<string> addresses) => _zone.SetAddresses(name, addresses.Select(IPAddress.Parse));

    /// <summary>A name has these services, and nothing else.</summary>
    public void SetServices(string name, params IEnumerable<(int Priority, int Weight, int Port, string Target)> services) => _zone.SetServices(name, services);

    /// <summary>A name is another name for its target, and nothing else.</summary>
    public void SetAlias(string name, string target) => _zone.SetAlias(name, target);

    /// <summary>A name does not exist any more.</summary>
    public void Remove(string name) => _zone.Remove(name);

    /// <summary>Answers all questions from now on with this.</summary>
    public void AnswerWith(DnsReply reply) => AnswerWith(_ => reply);

    /// <summary>Answers all questions from now on as the script says.</summary>
    public void AnswerWith(Func<DnsQuery, DnsReply> script) => _script = script;

    /// <summary>From its return on the port refuses, datagrams and connections, and what was open is closed.</summary>
    public async Task StopListeningAsync()
    {
        await _stopping.CancelAsync();
        _udp?.Dispose();
        _tcp?.Dispose();
        Task[] work;
        lock (_lock)
        {
            work = [.. _work];
            _work.Clear();
        }

        await Task.WhenAll(work).WaitAsync(Eventually.DefaultDeadline, CancellationToken.None);
    }

    /// <summary>Listens again, on the same port, with the same zone.</summary>
    public void StartListening()
    {
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
        (_udp, _tcp) = Bind();
        Serve();
    }

    /// <summary>Waits until the condition holds; it is looked at again with every question.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public async Task WaitForAsync(
        Func<ScriptedDns, bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        await _changed.WaitUntilAsync(
            () => HasFaults() || condition(this), () => $"`{expression}` did not come true. {this}", within ?? Eventually.DefaultDeadline);
        ThrowFaults();
    }

    public override string ToString() => $"{Server} was asked {Queries.Count} times: {string.Join("; ", Queries.TakeLast(10))}";

    /// <summary>Stops listening.</summary>
    /// <exception cref="AggregateException">Something happened that the test did not expect.</exception>
    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        _stopping.Dispose();
        ThrowFaults();
    }

    /// <summary>Takes a port that is free for both, or the one that was ours.</summary>
    private (Socket Udp, Socket Tcp) Bind()
    {
        for (var i = 0; ; i++)
        {
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                tcp.Bind(EndPoint);
                udp.Bind(tcp.LocalEndPoint!);
                tcp.Listen();
                EndPoint = (IPEndPoint)tcp.LocalEndPoint!;
                return (udp, tcp);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && i < 20)
            {
                tcp.Dispose();
                udp.Dispose();
            }
        }
    }

    private void Serve()
    {
        Run(ServeUdpAsync(_udp!, _stopping.Token));
        Run(ServeTcpAsync(_tcp!, _stopping.Token));
    }

    private async Task ServeUdpAsync(Socket udp, CancellationToken stopping)
    {
        var datagram = new byte[65_535];
        while (true)
        {
            var received = await udp.ReceiveFromAsync(datagram, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), stopping);
            var from = (IPEndPoint)received.RemoteEndPoint;
            var query = Record(datagram.AsSpan(0, received.ReceivedBytes), isTcp: false, from);
            Run(ReplyAsync(_script(query), query, (reply, message) => SendAsync(reply, message, udp, query, stopping), stopping));
        }
    }

    private static async Task SendAsync(DnsReply reply, byte[]? message, Socket udp, DnsQuery query, CancellationToken stopping)
    {
        if (message is null)
        {
            return;
        }

        if (message.Length > Math.Max(PlainDatagramBytes, query.EdnsBytes ?? 0))
        {
            message = DnsZone.Truncated(query);
        }

        using var other = reply.IsFromElsewhere ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) : null;
        await (other ?? udp).SendToAsync(message, SocketFlags.None, query.From, stopping);
    }

    private async Task ServeTcpAsync(Socket tcp, CancellationToken stopping)
    {
        while (true)
        {
            Run(ServeConnectionAsync(await tcp.AcceptAsync(stopping), stopping));
        }
    }

    /// <summary>One question a connection, which is then held open until the client has gone.</summary>
    private async Task ServeConnectionAsync(Socket socket, CancellationToken stopping)
    {
        using (socket)
        {
            await using var stream = new NetworkStream(socket);
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, stopping);
            var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(message, stopping);
            var query = Record(message, isTcp: true, (IPEndPoint)socket.RemoteEndPoint!);
            var script = _script(query);
            await ReplyAsync(script, query, async (reply, answer) =>
            {
                if (answer is not null)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(reply.AnnouncedBytes ?? answer.Length));
                    await stream.WriteAsync((byte[])[.. length, .. answer], stopping);
                }
            }, stopping);
            if (!script.Closes)
            {
                _ = await stream.ReadAtLeastAsync(length, 1, throwOnEndOfStream: false, stopping);
            }
        }
    }

    private async Task ReplyAsync(DnsReply reply, DnsQuery query, Func<DnsReply, byte[]?, Task> send, CancellationToken stopping)
    {
        foreach (var one in reply.Earlier.Append(reply))
        {
            if (one.Gate is { } gate)
            {
                await gate.PassAsync(stopping);
            }

            await send(one, one.Message(_zone, query));
        }
    }

    private DnsQuery Record(ReadOnlySpan<byte> message, bool isTcp, IPEndPoint from)
    {
        DnsQuery query;
        lock (_lock)
        {
            query = DnsQuery.Read(message, _queries.Count + 1, isTcp, from);
            if (_queries.Count < QueriesMax)
            {
                _queries.Add(query);
            }
        }

        _changed.Raise();
        return query;
    }

    private void Run(Task task)
    {
        lock (_lock)
        {
            _work.RemoveAll(done => done.IsCompleted);
            _work.Add(WatchAsync(task));
        }
    }

    /// <summary>A client that leaves is its own affair; anything else is a fault.</summary>
    private async Task WatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException or SocketException)
        {
            // Stopped, or left.
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _faults.Add(e);
            }

            _changed.Raise();
        }
    }

    private bool HasFaults()
    {
        lock (_lock)
        {
            return _faults.Count > 0;
        }
    }

    private void ThrowFaults()
    {
        lock (_lock)
        {
            if (_faults.Count > 0)
            {
                throw new AggregateException($"{Server} met with what it did not expect.", _faults);
            }
        }
    }
}
