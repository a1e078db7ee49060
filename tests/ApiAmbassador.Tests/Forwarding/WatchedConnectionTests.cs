using ApiAmbassador.Forwarding;

namespace ApiAmbassador.Tests.Forwarding;

/// <summary>What the handler sees of a connection, in each order in which it reads and writes.</summary>
public sealed class WatchedConnectionTests : IDisposable
{
    private const string Request = "GET /x HTTP/1.1\r\nHost: api\r\n\r\n";

    private readonly ScriptedStream _socket = new();
    private readonly WatchedConnection _connection;

    public WatchedConnectionTests() => _connection = new WatchedConnection(_socket);

    [Fact]
    public async Task First_request_without_an_answer_is_no_race()
    {
        await WriteAsync(Request);
        _socket.End();

        var exception = await Should.ThrowAsync<HttpIOException>(ReadAsync);

        exception.ShouldNotBeOfType<ReusedConnectionException>();
        exception.HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
    }

    [Fact]
    public async Task First_request_that_is_reset_fails_of_the_reset()
    {
        var reset = new IOException();
        await WriteAsync(Request);
        _socket.Reset(reset);

        (await Should.ThrowAsync<IOException>(ReadAsync)).ShouldBeSameAs(reset);
    }

    [Fact]
    public async Task Second_request_without_an_answer_is_the_race()
    {
        await ExchangeAsync();
        await WriteAsync(Request);
        _socket.End();

        await Should.ThrowAsync<ReusedConnectionException>(ReadAsync);
    }

    [Fact]
    public async Task Second_request_that_is_reset_is_the_race()
    {
        var reset = new IOException();
        await ExchangeAsync();
        await WriteAsync(Request);
        _socket.Reset(reset);

        (await Should.ThrowAsync<ReusedConnectionException>(ReadAsync)).InnerException.ShouldBeSameAs(reset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_that_waits_since_before_the_request_sees_the_race(bool endsInTime)
    {
        await ExchangeAsync();
        var readAhead = ReadAsync();
        await WriteAsync(Request);
        if (endsInTime)
        {
            _socket.End();
        }
        else
        {
            _socket.Reset(new IOException());
        }

        await Should.ThrowAsync<ReusedConnectionException>(() => readAhead);
    }

    [Fact]
    public async Task Read_of_no_bytes_that_waits_since_before_the_request_sees_the_race()
    {
        await ExchangeAsync();
        var readAhead = _connection.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        await WriteAsync(Request);
        _socket.End();

        (await readAhead).ShouldBe(0, "it says only that there is something to read");
        await Should.ThrowAsync<ReusedConnectionException>(ReadAsync);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Idle_connection_that_ends_ends_quietly_and_takes_no_request(bool reset)
    {
        await ExchangeAsync();
        var readAhead = ReadAsync();
        if (reset)
        {
            _socket.Reset(new IOException("reset"));
            (await Should.ThrowAsync<IOException>(() => readAhead)).Message.ShouldBe("reset");
        }
        else
        {
            _socket.End();
            (await readAhead).ShouldBe("");
        }

        // The handler looked before it ended, and sends the request after.
        await Should.ThrowAsync<ReusedConnectionException>(() => WriteAsync(Request));
        _socket.Written.Count.ShouldBe(1, "nothing is sent that cannot arrive");
    }

    [Fact]
    public async Task Answer_that_has_begun_ends_as_it_does()
    {
        await ExchangeAsync();
        await WriteAsync(Request);
        _socket.Send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
        _socket.End();

        (await ReadAsync()).ShouldEndWith("until the end");
        (await ReadAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Interim_answer_is_one_and_the_body_after_it_no_request()
    {
        await WriteAsync("POST /x HTTP/1.1\r\nExpect: 100-continue\r\n\r\n");
        _socket.Send("HTTP/1.1 100 Continue\r\n\r\n");
        await ReadAsync();
        await WriteAsync("body\r\n");
        _socket.End();

        (await ReadAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Tunnel_ends_as_it_does()
    {
        await ExchangeAsync();
        await WriteAsync("GET /x HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
        _socket.Send("HTTP/1.1 101 Switching Protocols\r\n\r\n");
        await ReadAsync();
        var reading = ReadAsync();
        await WriteAsync("\u0081\u0085mask.....");
        await WriteAsync("GET /x HTTP/1.9");
        _socket.End();

        (await reading).ShouldBe("");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_that_fails_is_the_race_on_a_reused_connection_alone(bool reused)
    {
        if (reused)
        {
            await ExchangeAsync();
        }

        await WriteAsync("POST /x HTTP/1.1\r\n\r\n");
        _socket.WriteError = new IOException("broken pipe");

        var exception = await Should.ThrowAsync<IOException>(() => WriteAsync("body"));

        (exception is ReusedConnectionException, exception.InnerException ?? exception).ShouldBe((reused, _socket.WriteError));
    }

    [Fact]
    public async Task Write_that_fails_after_a_byte_of_the_answer_is_no_race()
    {
        await ExchangeAsync();
        await WriteAsync("POST /x HTTP/1.1\r\n\r\n");
        _socket.Send("HTTP/1.1 413 Content Too Large\r\n\r\n");
        await ReadAsync();
        _socket.WriteError = new IOException("broken pipe");

        (await Should.ThrowAsync<IOException>(() => WriteAsync("body"))).ShouldBeSameAs(_socket.WriteError);
    }

    [Fact]
    public async Task What_passes_is_unchanged()
    {
        await WriteAsync("GET / HTTP/1.0\r\n\r\n");
        await WriteAsync("");
        _socket.Send("HTTP/1.1 200 OK\r\n");

        (await ReadAsync()).ShouldBe("HTTP/1.1 200 OK\r\n");
        _socket.Written.ShouldBe(["GET / HTTP/1.0\r\n\r\n", ""]);
    }

    public void Dispose() => _connection.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task ExchangeAsync()
    {
        await WriteAsync(Request);
        _socket.Send("HTTP/1.1 204 No Content\r\n\r\n");
        await ReadAsync();
    }

    private async Task WriteAsync(string bytes) => await _connection.WriteAsync(bytes.Select(letter => (byte)letter).ToArray(), Token);

    private async Task<string> ReadAsync()
    {
        var buffer = new byte[1024];
        var count = await _connection.ReadAsync(buffer, Token);
        return string.Concat(buffer.Take(count).Select(letter => (char)letter));
    }
}
