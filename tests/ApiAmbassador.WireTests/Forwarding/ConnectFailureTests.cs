using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>What each way of not getting a connection is taken for.</summary>
public class ConnectFailureTests
{
    private const string Http2 = """ "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" } """;

    [Theory]
    [InlineData("")]
    [InlineData(Http2)]
    public async Task Refused_connection_sent_nothing(string settings)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        await one.StopListeningAsync();

        (await OfAsync(one.Address, settings)).ShouldBe(NotConnected(Reason.ConnectionRefused));
    }

    [Theory]
    [InlineData("http", "")]
    [InlineData("http", Http2)]
    [InlineData("https", "")]
    public async Task Connection_nobody_takes_is_given_up_after_ConnectTimeout(string scheme, string settings)
    {
        using var hole = await BlackHole.OpenAsync();
        const string timeout = "00:00:00.300";
        var timeouts = $$""" "ConnectTimeout": "{{timeout}}", "Metadata": { "Ambassador.ConnectTimeout": "{{timeout}}" } """;
        var watch = Stopwatch.StartNew();

        var failure = await OfAsync(new Uri($"{scheme}://127.0.0.1:{hole.Port}/"), settings.Length == 0 ? timeouts : $"{settings}, {timeouts}");

        failure.ShouldBe(NotConnected(Reason.ConnectTimeout));
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.3));
    }

    [Fact]
    public async Task Connection_nobody_takes_is_given_up_after_two_seconds_where_nothing_is_set()
    {
        using var hole = await BlackHole.OpenAsync();
        var watch = Stopwatch.StartNew();

        (await OfAsync(hole.Address, "")).ShouldBe(NotConnected(Reason.ConnectTimeout));

        watch.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9)); // YARP's own is 15.
    }

    [Fact]
    public async Task Name_without_an_address_sent_nothing()
    {
        // A label too long for DNS: no server is asked.
        (await OfAsync(new Uri($"http://{new string('a', 64)}.invalid/"), "")).ShouldBe(NotConnected(Reason.NameUnknown));
    }

    [Fact]
    public async Task Untrusted_certificate_sent_nothing()
    {
        using var certificate = TestCertificate.Create();
        await using var one = await KestrelDestination.StartAsync(HttpProtocols.Http1AndHttp2, _ => Task.CompletedTask, certificate);

        (await OfAsync(one.Address, "")).ShouldBe(NotConnected(Reason.TlsFailed));
        one.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AcceptAction.Close)]
    [InlineData(AcceptAction.Reset)]
    public async Task Connection_that_ends_in_its_handshake_sent_nothing(AcceptAction action)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        one.OnAccept = _ => action;

        // A reset may come before the handler has looked at the socket at all.
        (await OfAsync(new Uri($"https://127.0.0.1:{one.Port}/"), "")).ShouldBeOneOf(NotConnected(Reason.TlsFailed), NotConnected(Reason.ConnectFailed));
    }

    /// <summary>.NET's client asks where it goes before it speaks TLS; were that an error by then, it would look as if a request had been sent.</summary>
    [Fact]
    public async Task Connection_that_was_reset_says_where_it_went()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var there = (IPEndPoint)listener.LocalEndpoint;
        using var connection = await new DestinationConnections().ConnectAsync("api", new DnsEndPoint("127.0.0.1", there.Port), TestContext.Current.CancellationToken);
        (await listener.AcceptSocketAsync(TestContext.Current.CancellationToken)).Close(timeout: 0);
        await Eventually.SeesAsync(() => connection.Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead), hasEnded => hasEnded);

        connection.Socket.RemoteEndPoint.ShouldBeOfType<IPEndPoint>().Port.ShouldBe(there.Port);
    }

    private static Task<Failure?> OfAsync(Uri destination, string settings) =>
        FailureWatch.OfAsync(destination, settings, ambassador => FailureWatch.SendAsync(ambassador, "POST", bodyBytes: 5));

    private static Failure NotConnected(Reason reason) => new(reason, Phase.Connect, Verdict.Failure, NothingSent: true);
}
