using System.Net;
using System.Net.Sockets;
using System.Text;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Tests.Support;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>Which destinations have a pool, and what becomes of the connections in it.</summary>
public sealed class Http1PoolsTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SweptTime _time = new();
    private readonly HttpMessageInvoker _unused = new(new SocketsHttpHandler());
    private readonly Http1Pools _pools;

    public Http1PoolsTests()
    {
        _listener.Start();
        _pools = new Http1Pools(new DestinationConnections(), _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _pools.Dispose();
        _unused.Dispose();
        _listener.Dispose();
    }

    public static TheoryData<string, bool> Clusters => new()
    {
        { "nothing said", true }, { "1.1", true }, { "2 or lower", true }, { "2 exact", false }, { "2 or higher", false }, { "1.0", false }, { "client's timeouts", true },
        { "connections bounded", false }, { "proxy", false }, { "encoding", false }, { "affinity", false }, { "affinity off", true },
    };

    [Theory]
    [MemberData(nameof(Clusters))]
    public void Cluster_that_wants_more_than_plain_has_no_pool(string what, bool isPlain)
    {
        var api = new ClusterConfig { ClusterId = "api" };
        var cluster = what switch
        {
            "1.1" => api with { HttpRequest = new() { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact } },
            "2 or lower" => api with { HttpRequest = new() { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower } },
            "2 exact" => api with { HttpRequest = new() { VersionPolicy = HttpVersionPolicy.RequestVersionExact } },
            "2 or higher" => api with { HttpRequest = new() { VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher } },
            "1.0" => api with { HttpRequest = new() { Version = HttpVersion.Version10 } },
            "client's timeouts" => api with { HttpClient = new() { EnableMultipleHttp2Connections = true }, HttpRequest = new() { ActivityTimeout = TimeSpan.FromSeconds(1) } },
            "connections bounded" => api with { HttpClient = new() { MaxConnectionsPerServer = 5 } },
            "proxy" => api with { HttpClient = new() { WebProxy = new() } },
            "encoding" => api with { HttpClient = new() { RequestHeaderEncoding = "utf-8" } },
            "affinity" => api with { SessionAffinity = new() { Enabled = true, AffinityKeyName = "key" } },
            "affinity off" => api with { SessionAffinity = new() { Enabled = false, AffinityKeyName = "key" } },
            _ => api,
        };

        (_pools.Of(new ClusterModel(cluster, _unused), Destination()) is not null).ShouldBe(isPlain);
    }

    [Fact]
    public void Destination_over_tls_has_no_pool() =>
        _pools.Of(Cluster(), new DestinationModel(new DestinationConfig { Address = "https://127.0.0.1/" })).ShouldBeNull();

    /// <summary>A second before its destination would close it, as a request may be on its way then.</summary>
    [Theory]
    [InlineData(5, 4)]
    [InlineData(1, 0)]
    [InlineData(900, 60)]
    public async Task Connection_whose_destination_says_how_long_it_waits_is_closed_before(int says, int rests)
    {
        var pool = Pool();
        var (connection, peer) = await ConnectAsync(pool);
        await ServeAsync(pool, connection, peer, $"Keep-Alive: timeout={says}\r\n");

        _time.Advance(TimeSpan.FromSeconds(rests));
        pool.IsEmpty.ShouldBe(rests == 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        pool.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Connection_that_rests_serves_the_next_and_is_closed_after_a_minute()
    {
        var pool = Pool();
        pool.TryTake().ShouldBeNull();
        var (connection, peer) = await ConnectAsync(pool);
        await ServeAsync(pool, connection, peer);
        pool.TryTake().ShouldBeSameAs(connection);
        pool.TryTake().ShouldBeNull();
        await ServeAsync(pool, connection, peer);

        _time.Advance(TimeSpan.FromSeconds(60));
        pool.IsEmpty.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));

        pool.IsEmpty.ShouldBeTrue();
        (await peer.ReceiveAsync(new byte[1], Token).AsTask().WithDeadlineAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Connection_that_the_destination_ended_is_not_taken()
    {
        var pool = Pool();
        var (connection, peer) = await ConnectAsync(pool);
        await ServeAsync(pool, connection, peer);

        peer.Dispose();
        await Peer.UntilAsync(() => connection.HasEnded);

        pool.TryTake().ShouldBeNull();
        pool.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Pool_that_was_empty_for_a_while_is_looked_after_again()
    {
        var pool = Pool();
        var (first, peer) = await ConnectAsync(pool);
        peer.Dispose();
        pool.Return(first);
        _time.Advance(TimeSpan.FromSeconds(1));

        var (second, _) = await ConnectAsync(pool);

        IsCutWhenItPauses(second);
    }

    /// <summary>An ambassador without requests wakes nobody.</summary>
    [Fact]
    public async Task Timer_fires_only_while_there_is_something_to_look_after()
    {
        _time.IsSet.ShouldBeFalse();
        var pool = Pool();
        _time.IsSet.ShouldBeTrue(); // Its address is forgotten if nobody connects.
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.IsSet.ShouldBeFalse();

        var (connection, peer) = await ConnectAsync(pool);
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.IsSet.ShouldBeTrue();

        await ServeAsync(pool, connection, peer);
        _time.Advance(TimeSpan.FromSeconds(60));
        _time.IsSet.ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.IsSet.ShouldBeFalse();
    }

    /// <summary>A reload makes another model of the same destination, and one address may have two names; requests of either go on meanwhile.</summary>
    [Fact]
    public async Task Two_models_of_one_address_are_both_looked_after()
    {
        var cluster = Cluster();
        var (before, after) = (_pools.Of(cluster, Destination())!, _pools.Of(cluster, Destination())!);
        var (first, _) = await ConnectAsync(before);
        var (second, _) = await ConnectAsync(after);

        IsCutWhenItPauses(first);
        IsCutWhenItPauses(second);
    }

    private void IsCutWhenItPauses(Http1Connection connection)
    {
        connection.MayPauseUntil(_time.GetTimestamp() + TimeSpan.TicksPerSecond);
        _time.Advance(TimeSpan.FromSeconds(2));
        connection.Cause.ShouldBe(CutCause.Idle);
    }

    private ClusterModel Cluster() => new(new ClusterConfig { ClusterId = "api" }, _unused);

    private DestinationModel Destination() => new(new DestinationConfig { Address = $"http://{_listener.LocalEndpoint}/" });

    private Http1Pool Pool() => _pools.Of(Cluster(), Destination()).ShouldNotBeNull();

    private async Task<(Http1Connection Connection, Socket Peer)> ConnectAsync(Http1Pool pool)
    {
        var connection = await pool.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return (connection, await _listener.AcceptSocketAsync(Token));
    }

    /// <summary>An exchange, after which the connection is given back.</summary>
    private static async Task ServeAsync(Http1Pool pool, Http1Connection connection, Socket peer, string header = "")
    {
        await peer.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 204 No Content\r\n{header}\r\n"), Token);
        await connection.ReadHeadAsync(isHead: false).AsTask().WithDeadlineAsync();
        pool.Return(connection);
    }
}
