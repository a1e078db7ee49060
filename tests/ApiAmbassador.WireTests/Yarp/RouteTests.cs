using ApiAmbassador.WireTests.Clients;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's <c>Routes</c>: paths, hosts, methods, order, metadata and body size (<c>routes.json</c>).</summary>
public class RouteTests(RouteTests.Fixture fixture) : IClassFixture<RouteTests.Fixture>
{
    [Theory]
    [InlineData("GET", "/items/42", "", "number")]
    [InlineData("GET", "/items/9", "", "404")]
    [InlineData("GET", "/items/abc", "", "word")]
    [InlineData("GET", "/items/abcd", "", "404")]
    [InlineData("GET", "/files/a/b/c.txt?q=1", "", "files")]
    [InlineData("GET", "/files", "", "404")]
    [InlineData("GET", "/optional", "", "optional")]
    [InlineData("GET", "/optional/page", "", "optional")]
    [InlineData("GET", "/report-2024.pdf", "", "pattern")]
    [InlineData("GET", "/report-24.pdf", "", "404")]
    [InlineData("GET", "/whatever", "Host: shop.example", "host")]
    [InlineData("GET", "/whatever", "Host: STORE.example:1234", "host")]
    [InlineData("GET", "/whatever", "Host: eu.shop.example", "host-wildcard")]
    [InlineData("GET", "/whatever", "Host: shop.example:8443", "host-port")]
    [InlineData("GET", "/whatever", "Host: another.example:9443", "host-port")]
    [InlineData("GET", "/whatever", "Host: another.example", "404")]
    [InlineData("POST", "/methods", "", "write")]
    [InlineData("PUT", "/methods", "", "write")]
    [InlineData("PATCH", "/methods", "", "write")]
    [InlineData("DELETE", "/any", "", "any")]
    [InlineData("GET", "/order/exact", "", "early")]
    public async Task Match_request_isTakenByTheRouteOrRefused(string method, string target, string header, string expected)
    {
        using var response = await fixture.Ambassador.SendAsync(method, target, header);

        (response.Header("X-Route") ?? $"{response.Status()}").ShouldBe(expected);
        if (response.Status() == 200)
        {
            (fixture.Received.Method, fixture.Received.Target).ShouldBe((method, target));
        }
    }

    [Theory]
    [InlineData("/small", 16, 200)]
    [InlineData("/small", 17, 413)]
    [InlineData("/unlimited", 17, 200)]
    public async Task MaxRequestBodySize_body_isForwardedOrRefusedWith413(string target, int length, int status)
    {
        using var content = new ByteArrayContent(new byte[length]);
        using var response = await fixture.Ambassador.Client.PostAsync(target, content, TestContext.Current.CancellationToken);

        response.Status().ShouldBe(status);
    }

    [Fact]
    public void Metadata_textNumbersAndBooleans_areTheTextThatYarpReads()
    {
        fixture.Ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetRoute("metadata", out var route).ShouldBeTrue();

        route!.Config.Metadata.ShouldBe(
            new Dictionary<string, string> { ["owner"] = "team", ["tries"] = "3", ["audited"] = "True", ["empty"] = "" }, ignoreOrder: true);
    }

    public sealed class Fixture() : RouteFileFixture("routes.json");
}
