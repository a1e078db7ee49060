using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's <c>HttpClient</c> and <c>HttpRequest</c> towards TLS and HTTP/2 (<c>http-client.json</c>).</summary>
public sealed class HttpVersionTests : IAsyncLifetime
{
    private readonly Gate _gate = new();
    private readonly X509Certificate2 _certificate = TestCertificate.Create();
    private KestrelDestination _secure = null!;
    private KestrelDestination _clear = null!;
    private RunningAmbassador _ambassador = null!;

    public async ValueTask InitializeAsync()
    {
        _secure = await KestrelDestination.StartAsync(HttpProtocols.Http1AndHttp2, AnswerAsync, _certificate);
        _clear = await KestrelDestination.StartAsync(
            HttpProtocols.Http2, async context => { await _gate.PassAsync(context.RequestAborted); await AnswerAsync(context); }, streamsPerConnection: 1);
        _ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithRouteFile("http-client.json", ("secure", _secure.Address), ("clear", _clear.Address)));
    }

    [Theory]
    [InlineData("/h2", "HTTP/2", SslProtocols.Tls12, "inner.example")]
    [InlineData("/h1", "HTTP/1.1", SslProtocols.Tls13, null)]
    public async Task Destination_withTls_isSpokenToInTheVersionsSaid(string target, string protocol, SslProtocols tls, string? host)
    {
        (await _ambassador.GetAsync(target)).ShouldBe(protocol);

        var request = _secure.Requests.ShouldHaveSingleItem();
        (request.Tls, request.Host).ShouldBe((tls, host ?? _secure.Address.Authority));
    }

    [Fact]
    public async Task Destination_whoseCertificateIsNotTrusted_isRefused()
    {
        using var response = await _ambassador.SendAsync("GET", "/untrusted");

        (response.Status(), _secure.Requests.Count).ShouldBe((502, 0));
        (await response.TextAsync()).ShouldContain("tls_failed");
    }

    [Fact]
    public async Task MultipleHttp2Connections_notEnabled_requestsTakeTurnsOnOne()
    {
        _gate.Open();

        await SendAsync("/h2c", 4);

        _clear.Requests.Select(request => (request.Protocol, request.ConnectionId)).Distinct().ShouldHaveSingleItem().Protocol.ShouldBe("HTTP/2");
    }

    [Fact]
    public async Task MultipleHttp2Connections_enabled_requestsDoNotWaitForEachOther()
    {
        var answers = SendAsync("/h2c-many", 3);

        // One stream a connection, and none has been answered.
        await _clear.WaitForRequestsAsync(3);
        _clear.Requests.Select(request => request.ConnectionId).Distinct().Count().ShouldBe(3);

        _gate.Open();
        await answers;
    }

    public async ValueTask DisposeAsync()
    {
        await _ambassador.DisposeAsync();
        await _secure.DisposeAsync();
        await _clear.DisposeAsync();
        _certificate.Dispose();
    }

    private static Task AnswerAsync(HttpContext context) => context.Response.WriteAsync(context.Request.Protocol);

    private async Task SendAsync(string target, int requests) =>
        (await _ambassador.CountAnswersAsync(requests, atOnce: requests, create: _ => new HttpRequestMessage(HttpMethod.Get, target)))
            .ShouldBe(new Dictionary<string, int> { ["HTTP/2"] = requests });
}
