namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's transforms that tell the destination of the client: <c>X-Forwarded</c>, <c>Forwarded</c>, <c>ClientCert</c> (<c>forwarded.json</c>).</summary>
public class ForwardedTests(ForwardedTests.Fixture fixture) : IClassFixture<ForwardedTests.Fixture>
{
    private static readonly string[] Sent =
    [
        "Host: shop.example", "X-Forwarded-For: 10.9.8.7", "X-Forwarded-Host: old.example", "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /old",
        "X-Via-For: 10.9.8.7", "X-Via-Host: old.example", "X-Via-Proto: https", "X-Via-Prefix: /old",
        "Forwarded: for=10.9.8.7", "X-Client-Cert: forged",
    ];

    [Theory]
    [InlineData("/default", "127.0.0.1", "shop.example", "http", null)] // YARP's default is Set.
    [InlineData("/set", "127.0.0.1", "shop.example", "http", null)]
    [InlineData("/append", "10.9.8.7, 127.0.0.1", "old.example, shop.example", "https, http", "/old")]
    [InlineData("/off", "10.9.8.7", "old.example", "https", "/old")]
    [InlineData("/remove", null, null, null, null)]
    public async Task XForwarded_inEveryAction_isWhatTheDestinationReceives(string target, string? @for, string? host, string? proto, string? prefix)
    {
        using var response = await fixture.Ambassador.SendAsync("GET", target, Sent);

        Received("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix").ShouldBe([@for, host, proto, prefix]);
    }

    [Fact]
    public async Task XForwarded_eachHeaderWithItsOwnActionAndPrefix_isWhatTheDestinationReceives()
    {
        using var response = await fixture.Ambassador.SendAsync("GET", "/each", Sent);

        Received("X-Via-For", "X-Via-Host", "X-Via-Proto", "X-Via-Prefix").ShouldBe(["10.9.8.7, 127.0.0.1", null, "http", null]);
    }

    [Theory]
    [InlineData("/forwarded-set", "Forwarded", "proto=http;host=\"shop.example\";for=127.0.0.1;by=unknown")]
    [InlineData("/forwarded-set", "X-Forwarded-For", null)] // Forwarded takes the place of X-Forwarded.
    [InlineData("/forwarded-append", "Forwarded", "for=10.9.8.7, proto=http")]
    [InlineData("/forwarded-remove", "Forwarded", null)]
    [InlineData("/certificate", "X-Client-Cert", null)] // Without a certificate on the connection, what the client claims is taken away.
    public async Task Header_forwardedOrClientCert_isWhatTheDestinationReceives(string target, string header, string? value)
    {
        using var response = await fixture.Ambassador.SendAsync("GET", target, Sent);

        fixture.Received.Header(header).ShouldBe(value);
    }

    private string?[] Received(params string[] headers) => [.. headers.Select(fixture.Received.Header)];

    public sealed class Fixture() : RouteFileFixture("forwarded.json");
}
