using ApiAmbassador.WireTests.Clients;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's <c>Match:Headers</c> and <c>Match:QueryParameters</c> in every mode (<c>matches.json</c>).</summary>
public class MatchTests(MatchTests.Fixture fixture) : IClassFixture<MatchTests.Fixture>
{
    [Theory]
    [InlineData("default", "X-Color: BLUE", true)]
    [InlineData("default", "X-Color: reddish", false)]
    [InlineData("exact", "X-Color: Red", true)]
    [InlineData("exact", "X-Color: red", false)]
    [InlineData("prefix", "X-Color: Reddish", true)]
    [InlineData("prefix", "X-Color: infrared", false)]
    [InlineData("contains", "X-Color: infraREDdish", true)]
    [InlineData("contains", "X-Color: green", false)]
    [InlineData("not-contains", "X-Color: green", true)]
    [InlineData("not-contains", "X-Color: blueish", false)]
    [InlineData("not-contains", "", true)]
    [InlineData("exists", "X-Color: any", true)]
    [InlineData("exists", "", false)]
    [InlineData("not-exists", "", true)]
    [InlineData("not-exists", "X-Color: any", false)]
    [InlineData("both", "X-Color: any", true)]
    [InlineData("both", "X-Size: any", false)]
    public async Task Header_inEveryMode_decidesWhetherTheRouteMatches(string mode, string header, bool matches)
    {
        using var response = await fixture.Ambassador.SendAsync("GET", $"/headers/{mode}", header);

        response.Status().ShouldBe(matches ? 200 : 404);
    }

    [Theory]
    [InlineData("default", "?color=BLUE", true)]
    [InlineData("default", "?color=reddish", false)]
    [InlineData("exact", "?color=Red", true)]
    [InlineData("exact", "?color=red", false)]
    [InlineData("prefix", "?color=Reddish", true)]
    [InlineData("prefix", "?color=infrared", false)]
    [InlineData("contains", "?other=1&color=infraREDdish", true)]
    [InlineData("contains", "?color=green", false)]
    [InlineData("not-contains", "?color=Red", true)]
    [InlineData("not-contains", "?color=red", false)]
    [InlineData("exists", "?color=any", true)]
    [InlineData("exists", "?colour=any", false)]
    public async Task QueryParameter_inEveryMode_decidesWhetherTheRouteMatches(string mode, string query, bool matches)
    {
        using var response = await fixture.Ambassador.SendAsync("GET", $"/query/{mode}{query}");

        response.Status().ShouldBe(matches ? 200 : 404);
    }

    [Fact]
    public async Task Method_thatNoRouteOfThePathTakes_isRefusedWith405()
    {
        using var response = await fixture.Ambassador.SendAsync("GET", "/post-only");

        (response.Status(), response.Header("Allow")).ShouldBe((405, "POST"));
    }

    public sealed class Fixture() : RouteFileFixture("matches.json");
}
