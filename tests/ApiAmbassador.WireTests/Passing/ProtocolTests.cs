using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>HTTP/1.1 and HTTP/2 on one port, with and without TLS, and clients that cannot make up their mind.</summary>
public class ProtocolTests
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// <summary>An empty SETTINGS frame, with which each side begins.</summary>
    private const string Settings = "\0\0\0\u0004\0\0\0\0\0";

    private const string Get = "GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";

    [Theory]
    [InlineData("--http2-prior-knowledge", "2")]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http1.0", "1.1")] // The version of the answer is the server's.
    [InlineData("--http2", "1.1")] // `Upgrade: h2c` is an offer, and HTTP/2 does not take it up any more.
    public async Task OnePort_withoutTls_servesWhatTheClientSpeaks(string option, string version)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        var result = await Curl.RunAsync(option, "--write-out", " %{http_version}", ambassador.Address.AbsoluteUri);

        result.ShouldBe(new CurlResult(0, $"one {version}", ""));
        one.Requests.ShouldHaveSingleItem().Header("Upgrade").ShouldBeNull();
    }

    [Fact]
    public async Task UpgradeToH2c_withABody_isServedAsHttp1()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        var result = await Curl.RunAsync("--http2", "--data", "body", "--write-out", " %{http_version}", ambassador.Address.AbsoluteUri);

        result.ShouldBe(new CurlResult(0, "one 1.1", ""));
        one.Requests.ShouldHaveSingleItem().BodyText.ShouldBe("body");
    }

    [Theory]
    [InlineData("--http2", "2")]
    [InlineData("--http1.1", "1.1")]
    public async Task OnePort_withTls_servesWhatWasNegotiated(string option, string version)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("Ambassador__Listen__0", "https://127.0.0.1:0");
        await using var ambassador = await RunningAmbassador.StartAsync(WithCertificate(setup));

        var result = await Curl.RunAsync("--insecure", option, "--write-out", " %{http_version}", ambassador.Address.AbsoluteUri);

        result.ShouldBe(new CurlResult(0, $"one {version}", ""));
    }

    [Theory]
    [InlineData(null, true, true)]
    [InlineData("Http1AndHttp2", true, true)]
    [InlineData("Http2", false, true)]
    [InlineData("Http1", true, false)]
    public async Task KestrelEndpoint_protocolsOfItsOwn_stand(string? protocols, bool http1, bool http2)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("Kestrel__Endpoints__Plain__Url", "http://127.0.0.1:0");
        setup.Variables.Remove("Ambassador__Listen__0");
        if (protocols is not null)
        {
            setup.With("Kestrel__Endpoints__Plain__Protocols", protocols);
        }

        await using var ambassador = await RunningAmbassador.StartAsync(setup);

        ((await Curl.RunAsync("--fail", "--http1.1", ambassador.Address.AbsoluteUri)).ExitCode == 0).ShouldBe(http1);
        ((await Curl.RunAsync("--fail", "--http2-prior-knowledge", ambassador.Address.AbsoluteUri)).ExitCode == 0).ShouldBe(http2);
    }

    [Fact]
    public async Task Http2_manyStreams_allAreAnswered()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        var output = await H2Load.RunAsync(ambassador.Address, requests: 5000, connections: 4, streams: 25);

        output.ShouldContain("Application protocol: h2c");
        output.ShouldContain("5000 succeeded, 0 failed, 0 errored, 0 timeout");
        output.ShouldContain("status codes: 5000 2xx, 0 3xx, 0 4xx, 0 5xx");
    }

    [Fact]
    public async Task Preface_byteByByte_isHttp2()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        foreach (var character in Preface + Settings)
        {
            await client.SendAsync($"{character}");
        }

        // Its first frame is SETTINGS, and then it acknowledges ours.
        var answer = await client.ReadUntilAsync("\0\0\0\u0004\u0001\0\0\0\0");
        answer[3].ShouldBe('\u0004');
    }

    [Theory]
    [InlineData("PROPFIND")]
    [InlineData("PRI")]
    [InlineData("P")]
    public async Task Method_thatBeginsAsThePreface_isHttp1(string method)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync(method);
        await client.SendAsync(Get[3..]);

        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 200 ");
        one.Requests.ShouldHaveSingleItem().Method.ShouldBe(method);
    }

    [Theory]
    [InlineData("", "KeepAliveTimeout")]
    [InlineData("PRI * HTTP/2.0\r\n", "RequestHeadersTimeout")]
    public async Task Client_thatSendsNoMore_isLetGoAfterTheFrameworksTimeout(string beginning, string timeout)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With($"Kestrel__Limits__{timeout}", "00:00:00.300"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync(beginning);

        (await client.ReadToEndAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Client_thatHasSentNothing_doesNotHoldUpTheEnd()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("Ambassador__DrainTimeout", "01:00:00"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await ambassador.GetAsync();

        await ambassador.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);

        (await client.ReadToEndAsync()).ShouldBe("");
    }

    /// <summary>A certificate that signs itself, in the setup's own directory.</summary>
    private static AmbassadorSetup WithCertificate(AmbassadorSetup setup)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ambassador", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(setup.ConfigDirectory, "certificate.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, "secret"));
        return setup.With("Kestrel__Certificates__Default__Path", path).With("Kestrel__Certificates__Default__Password", "secret");
    }
}
