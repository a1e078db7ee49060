using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's <c>HttpClient</c> and <c>HttpRequest</c> as a plain destination sees them (<c>connections.json</c>).</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly ScriptedDestination _proxy = ScriptedDestination.Start("proxy", Reply.Ok("proxy"));
    private RunningAmbassador _ambassador = null!;

    public async ValueTask InitializeAsync() => _ambassador = await RunningAmbassador.StartAsync(
        new AmbassadorSetup().WithRouteFile("connections.json", ("one", _one.Address), ("proxy", _proxy.Address)));

    [Fact]
    public async Task MaxConnectionsPerServer_one_requestsTakeTurnsOnOneConnection()
    {
        await _ambassador.CountAnswersAsync(20, atOnce: 5, create: _ => new HttpRequestMessage(HttpMethod.Get, "/one-at-a-time"));

        (_one.RequestCount, _one.ConnectionsOpened).ShouldBe((20, 1));
    }

    [Fact]
    public async Task Version_oneZero_isWhatTheDestinationIsSpokenToIn()
    {
        (await _ambassador.GetAsync("/old")).ShouldBe("one");

        _one.Requests.ShouldHaveSingleItem().Version.ShouldBe("HTTP/1.0");
    }

    [Fact]
    public async Task ActivityTimeout_silentDestination_isAnsweredWith504()
    {
        _one.AnswerWith(Reply.Hang());

        using var response = await _ambassador.SendAsync("GET", "/impatient");

        response.Status().ShouldBe(504);
        (await response.TextAsync()).ShouldContain("upstream_timeout");
    }

    [Fact]
    public async Task HeaderEncodings_bytesBeyondAscii_comeThroughBothWays()
    {
        const string bytes = "caf\u00c3\u00a9"; // "café" in UTF-8, as Latin-1 text.
        _one.AnswerWith(Reply.Ok("one").WithHeader("X-Name", bytes).ThenClose());
        using var client = await RawClient.ConnectAsync(_ambassador.Address.Port);

        await client.SendAsync($"GET /encoding HTTP/1.1\r\nHost: a\r\nX-Name: {bytes}\r\nConnection: close\r\n\r\n");
        var response = await client.ReadToEndAsync();

        _one.Requests.ShouldHaveSingleItem().Header("X-Name").ShouldBe(bytes);
        response.ShouldContain($"X-Name: {bytes}\r\n");
    }

    [Theory]
    [InlineData("/proxied", "proxy", "http://api.example:8080/proxied")]
    [InlineData("/local", "one", "/local")] // BypassOnLocal: 127.0.0.1 needs no proxy.
    public async Task WebProxy_isAskedUnlessTheDestinationIsLocal(string target, string answer, string receivedTarget)
    {
        (await _ambassador.GetAsync(target)).ShouldBe(answer);

        (answer == "proxy" ? _proxy : _one).Requests.ShouldHaveSingleItem().Target.ShouldBe(receivedTarget);
    }

    public async ValueTask DisposeAsync()
    {
        await _ambassador.DisposeAsync();
        await _one.DisposeAsync();
        await _proxy.DisposeAsync();
    }
}
