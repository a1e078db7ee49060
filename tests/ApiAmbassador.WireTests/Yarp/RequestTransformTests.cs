namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's transforms of paths, queries, methods and request headers (<c>request-transforms.json</c>).</summary>
public class RequestTransformTests(RequestTransformTests.Fixture fixture) : IClassFixture<RequestTransformTests.Fixture>
{
    private static readonly string[] Sent = ["Host: shop.example", "X-Set: theirs", "X-Append: first", "X-Tenants: first", "X-Secret: key"];

    [Theory]
    [InlineData("GET", "/prefix/a/b?q=1", "GET", "/v2/prefix/a/b?q=1")]
    [InlineData("GET", "/remove/a/b", "GET", "/a/b")]
    [InlineData("GET", "/set/a/b", "GET", "/fixed")]
    [InlineData("GET", "/pattern/eu/a/b", "GET", "/of/eu/a/b")]
    [InlineData("GET", "/query/7?version=1&tag=one&secret=x&trace=0", "GET", "/query/7?version=2&tag=one&tag=extra&trace=0&trace=7&page=7")]
    [InlineData("PUT", "/method", "POST", "/method")]
    [InlineData("PATCH", "/method", "PATCH", "/method")]
    public async Task Transform_ofTheRequestLine_isWhatTheDestinationReceives(string method, string target, string receivedMethod, string receivedTarget)
    {
        using var response = await fixture.Ambassador.SendAsync(method, target);

        var received = fixture.Received;
        received.Method.ShouldBe(receivedMethod);
        Parts(received.Target).ShouldBe(Parts(receivedTarget), ignoreOrder: true);
    }

    [Theory]
    [InlineData("/headers/acme", "X-Set", "ours")]
    [InlineData("/headers/acme", "X-Append", "first, more")]
    [InlineData("/headers/acme", "X-Tenant", "acme")]
    [InlineData("/headers/acme", "X-Tenants", "first, acme")]
    [InlineData("/headers/acme", "X-Secret", null)]
    [InlineData("/no-copy", "X-Set", "ours")]
    [InlineData("/no-copy", "X-Append", null)]
    [InlineData("/allowed", "X-Set", "theirs")]
    [InlineData("/allowed", "X-Append", "first")]
    [InlineData("/allowed", "X-Secret", null)]
    [InlineData("/original-host", "Host", "shop.example")]
    [InlineData("/other-host", "Host", "inner.example")]
    public async Task Transform_ofAHeader_isWhatTheDestinationReceives(string target, string header, string? value)
    {
        using var response = await fixture.Ambassador.SendAsync("GET", target, Sent);

        fixture.Received.Header(header).ShouldBe(value);
    }

    [Fact]
    public async Task Host_withoutATransform_isTheDestinations()
    {
        using var response = await fixture.Ambassador.SendAsync("GET", "/set/any", Sent);

        fixture.Received.Header("Host").ShouldBe(fixture.One.Address.Authority);
    }

    /// <summary>Path and parameters; YARP does not promise their order.</summary>
    private static string[] Parts(string target) => target.Split('?', '&');

    public sealed class Fixture() : RouteFileFixture("request-transforms.json");
}
