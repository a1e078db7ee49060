using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>Who gets which connection where there is none to be had at once: this destination takes two and is silent to all others, as a full backlog is.</summary>
public sealed class Http1PoolTests : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Http1Pool _pool;

    public Http1PoolTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog: 0); // Linux lets one in that nobody has accepted.
        _pool = new Http1Pool(new DestinationAddress("api", new DnsEndPoint("127.0.0.1", Port), "", "", ""), new DestinationConnections(), new SweptTime(), _ => { });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _pool.Close();
    }

    [Fact]
    public async Task Who_waits_for_a_connection_takes_what_is_given_back_in_turn()
    {
        var (one, peer) = await AcceptedAsync();
        await _pool.WaitAsync(s_timeout, Token); // Fills the backlog.

        var waiting = Enumerable.Range(0, 200).Select(_ => _pool.WaitAsync(s_timeout, Token).AsTask()).ToArray();

        foreach (var request in waiting)
        {
            request.IsCompleted.ShouldBeFalse();
            await ServeAsync(one, peer);
            (await request.WithDeadlineAsync()).ShouldBeSameAs(one);
        }

        await ServeAsync(one, peer);
        _pool.TryTake().ShouldBeSameAs(one);
    }

    [Fact]
    public async Task Many_that_begin_at_once_do_not_all_connect_at_once()
    {
        await _pool.WaitAsync(s_timeout, Token);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var waiting = Enumerable.Range(0, 300).Select(_ => _pool.WaitAsync(s_timeout, leaving.Token).AsTask()).ToArray();

        Connecting().ShouldBe(128);
        await leaving.CancelAsync();
        foreach (var request in waiting)
        {
            await request.WithDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
        }
    }

    [Fact]
    public async Task Connection_that_nobody_waits_for_any_more_rests_and_may_have_ended_meanwhile()
    {
        var (one, peer) = await AcceptedAsync();
        var second = await _pool.WaitAsync(s_timeout, Token);
        var waiting = _pool.WaitAsync(s_timeout, Token).AsTask();
        await ServeAsync(one, peer);
        (await waiting.WithDeadlineAsync()).ShouldBeSameAs(one);

        // There is room again: the one that was being made for it is there when the system asks once more, after a second.
        using var acceptedSecond = await _listener.AcceptAsync(Token);
        using var acceptedThird = await _listener.AcceptAsync(Token).AsTask().WithDeadlineAsync();
        Http1Connection? rested = null;
        await Peer.UntilAsync(() => (rested = _pool.TryTake()) is not null);

        rested.ShouldNotBeNull().ShouldNotBeOneOf(one, second);
        rested.IsReused.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_has_left_gets_none()
    {
        var (one, peer) = await AcceptedAsync();
        await _pool.WaitAsync(s_timeout, Token);
        using var leaving = new CancellationTokenSource();
        var first = _pool.WaitAsync(s_timeout, leaving.Token).AsTask();
        var second = _pool.WaitAsync(s_timeout, Token).AsTask();

        await leaving.CancelAsync();
        await ServeAsync(one, peer);

        (await second.WithDeadlineAsync()).ShouldBeSameAs(one);
        await first.ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Refusal_is_told_to_each_who_waits()
    {
        _listener.Dispose();

        foreach (var request in Enumerable.Range(0, 1_000).Select(_ => _pool.WaitAsync(s_timeout, Token).AsTask()).ToArray())
        {
            (await request.WithDeadlineAsync().ShouldThrowAsync<SocketException>()).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        }

        await Peer.UntilAsync(() => _pool.IsEmpty);
    }

    private async Task<(Http1Connection Connection, Socket Peer)> AcceptedAsync() =>
        (await _pool.WaitAsync(s_timeout, Token).AsTask().WithDeadlineAsync(), await _listener.AcceptAsync(Token).AsTask().WithDeadlineAsync());

    /// <summary>An exchange, after which the connection is given back.</summary>
    private async Task ServeAsync(Http1Connection connection, Socket peer)
    {
        await peer.SendAsync(Encoding.Latin1.GetBytes("HTTP/1.1 204 No Content\r\n\r\n"), Token);
        await connection.ReadHeadAsync(isHead: false).AsTask().WithDeadlineAsync();
        _pool.Return(connection);
    }

    /// <summary>Sockets of this machine that have asked the listener and were told nothing: <c>SYN_SENT</c>, by the kernel's own table.</summary>
    private int Connecting() => new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(File.ReadLines)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Count(fields => fields[2].EndsWith($":{Port.ToString("X4", CultureInfo.InvariantCulture)}", StringComparison.Ordinal) && fields[3] == "02");
}
