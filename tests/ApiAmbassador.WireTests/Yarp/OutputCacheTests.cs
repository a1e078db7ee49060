using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary><c>OutputCachePolicy</c> of a route (<c>policies.json</c>).</summary>
public sealed class OutputCacheTests : RouteFileFixture
{
    public OutputCacheTests()
        : base("policies.json")
    {
    }

    [Theory]
    [InlineData("/cache/minute?page=1", "/cache/minute?page=1", "", 1)]
    [InlineData("/cache/minute?page=1", "/cache/minute?page=2", "", 2)] // Answers differ by the whole query, unless the policy says by what.
    [InlineData("/cache/minute", "/cache/minute", "Accept-Language: fr", 2)]
    [InlineData("/cache/by-page?page=1&x=1", "/cache/by-page?page=1&x=2", "", 1)]
    [InlineData("/cache/by-page?page=1", "/cache/by-page?page=2", "", 2)]
    [InlineData("/cache/disable", "/cache/disable", "", 2)]
    public async Task SecondRequest_reachesTheDestinationOnlyWhereThePolicySays(string first, string second, string header, int requests)
    {
        (await Ambassador.GetAsync(first)).ShouldBe("one");
        using var response = await Ambassador.SendAsync("GET", second, header);

        ((await response.TextAsync()), One.RequestCount).ShouldBe(("one", requests));
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("private, max-age=60")]
    [InlineData("no-cache")]
    public async Task CacheControl_ofTheDestination_isObeyed(string cacheControl)
    {
        One.AnswerWith(Reply.Ok("one").WithHeader("Cache-Control", cacheControl));

        await Ambassador.GetAsync("/cache/minute");
        await Ambassador.GetAsync("/cache/minute");

        One.RequestCount.ShouldBe(2);
    }

    [Fact]
    public async Task Failure_toldByTheAmbassador_isNotKept()
    {
        One.AnswerWith(Reply.Reset());
        using (var response = await Ambassador.SendAsync("GET", "/cache/minute"))
        {
            response.Status().ShouldBe(502);
        }

        One.AnswerWith(Reply.Ok("back"));
        (await Ambassador.GetAsync("/cache/minute")).ShouldBe("back");
    }
}
