using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>
/// YARP's transforms of response headers and trailers (<c>response-transforms.json</c>), HTTP/2 on both sides: Kestrel sends no trailers
/// under HTTP/1.1.
/// </summary>
public class ResponseTransformTests
{
    [Theory]
    [InlineData("/headers/200", "X-Default", "yes")]
    [InlineData("/headers/500", "X-Default", null)]
    [InlineData("/headers/200", "X-Success", "yes")]
    [InlineData("/headers/500", "X-Success", null)]
    [InlineData("/headers/200", "X-Failure", null)]
    [InlineData("/headers/500", "X-Failure", "yes")]
    [InlineData("/headers/200", "X-Always", "first, yes")]
    [InlineData("/headers/500", "X-Always", "first, yes")]
    [InlineData("/headers/500", "X-Gone", null)]
    [InlineData("/headers/200", "X-Gone-On-Success", null)]
    [InlineData("/headers/500", "X-Gone-On-Success", "here")]
    [InlineData("/no-copy/200", "X-Gone", null)]
    [InlineData("/allowed/200", "X-Gone", "here")]
    [InlineData("/allowed/200", "X-Always", null)]
    [InlineData("/trailers/200", "X-Default-Trailer", "yes")]
    [InlineData("/trailers/500", "X-Default-Trailer", null)]
    [InlineData("/trailers/500", "X-Failure-Trailer", "yes")]
    [InlineData("/trailers/500", "X-Always-Trailer", "first, yes")]
    [InlineData("/trailers/200", "X-Gone-Trailer", null)]
    [InlineData("/headers/200", "X-Gone-Trailer", "here")]
    [InlineData("/trailers-no-copy/200", "X-Gone-Trailer", null)]
    [InlineData("/trailers-allowed/200", "X-Gone-Trailer", "here")]
    [InlineData("/trailers-allowed/200", "X-Always-Trailer", null)]
    public async Task Transform_ofTheResponse_isWhatTheClientGets(string target, string name, string? value)
    {
        await using var one = await KestrelDestination.StartAsync(HttpProtocols.Http2, AnswerAsync);
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithoutListen().WithRouteFile("response-transforms.json", ("one", one.Address)));
        using var request = new HttpRequestMessage(HttpMethod.Get, target) { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken);

        $"{response.Status()}".ShouldBe(target.Split('/')[^1]);
        (await response.TextAsync()).ShouldBe("body");
        (name.EndsWith("-Trailer", StringComparison.Ordinal) ? response.Trailer(name) : response.Header(name)).ShouldBe(value);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = int.Parse(context.Request.Path.Value!.Split('/')[^1]);
        foreach (var name in new[] { "X-Gone", "X-Gone-On-Success" })
        {
            context.Response.Headers[name] = "here";
        }

        context.Response.Headers["X-Always"] = "first";
        await context.Response.WriteAsync("body");
        context.Response.AppendTrailer("X-Gone-Trailer", "here");
        context.Response.AppendTrailer("X-Always-Trailer", "first");
    }
}
