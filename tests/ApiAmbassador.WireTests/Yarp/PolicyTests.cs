using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>The other policies that routes name: CORS, rate limits and timeouts (<c>policies.json</c>).</summary>
public sealed class PolicyTests : RouteFileFixture
{
    private const string Origin = "Origin: https://eu.shop.example";

    public PolicyTests()
        : base("policies.json")
    {
    }

    [Theory]
    [InlineData("none", null)]
    [InlineData("default", "*")]
    [InlineData("disable", null)]
    [InlineData("shop", "https://eu.shop.example")]
    public async Task Cors_requestOfAnotherOrigin_isForwardedAndAllowedAsThePolicySays(string policy, string? allowed)
    {
        using var response = await Ambassador.SendAsync("GET", $"/cors/{policy}", Origin);

        (response.Status(), response.Header("Access-Control-Allow-Origin"), One.RequestCount).ShouldBe((200, allowed, 1));
        response.Header("Access-Control-Expose-Headers").ShouldBe(policy == "shop" ? "X-Total" : null);
    }

    [Theory]
    [InlineData("https://shop.example", "https://shop.example")]
    [InlineData("https://another.example", null)]
    public async Task Cors_preflight_isAnsweredByTheAmbassador(string origin, string? allowed)
    {
        using var response = await Ambassador.SendAsync(
            "OPTIONS", "/cors/shop", $"Origin: {origin}", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: X-Shop");

        (response.Status(), response.Header("Access-Control-Allow-Origin"), One.RequestCount).ShouldBe((204, allowed, 0));
        if (allowed is not null)
        {
            response.Header("Access-Control-Allow-Methods").ShouldBe("PUT");
            response.Header("Access-Control-Allow-Headers").ShouldBe("X-Shop");
            response.Header("Access-Control-Allow-Credentials").ShouldBe("true");
            response.Header("Access-Control-Max-Age").ShouldBe("600");
        }
    }

    [Theory]
    [InlineData("fixed", 429)]
    [InlineData("sliding", 429)]
    [InlineData("bucket", 429)]
    [InlineData("default", 200)]
    [InlineData("disable", 200)]
    public async Task RateLimiter_thirdRequest_isRefusedWhereTheLimitIsTwo(string policy, int status)
    {
        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await Ambassador.SendAsync("GET", $"/limit/{policy}");
            statuses.Add(response.Status());
        }

        statuses.ShouldBe([200, 200, status]);
    }

    [Fact]
    public async Task RateLimiter_ofConcurrency_refusesTheThirdAtOnceAndTakesTheNext()
    {
        var gate = new Gate();
        One.AnswerWith(Reply.Ok("one").Held(by: gate));
        var first = Ambassador.GetAsync("/limit/concurrency");
        var second = Ambassador.GetAsync("/limit/concurrency");
        await One.WaitForAsync(one => one.RequestCount == 2);

        using (var third = await Ambassador.SendAsync("GET", "/limit/concurrency"))
        {
            third.Status().ShouldBe(429);
        }

        gate.Open();
        await Task.WhenAll(first, second);
        await Eventually.SeesAsync(async _ => { using var next = await Ambassador.SendAsync("GET", "/limit/concurrency"); return next.Status(); }, status => status == 200);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("policy")]
    public async Task Timeout_silentDestination_isAnsweredWith504(string route)
    {
        One.AnswerWith(Reply.Hang());

        using var response = await Ambassador.SendAsync("GET", $"/timeout/{route}");

        response.Status().ShouldBe(504);
        response.Header("Proxy-Status").ShouldBe("ambassador; error=http_response_timeout; details=\"upstream_timeout\"; next-hop=\"one\"; attempt=1; phase=headers");
        (await response.TextAsync()).ShouldContain("upstream_timeout");
    }

    [Theory]
    [InlineData("own")]
    [InlineData("policy")]
    [InlineData("disable")]
    [InlineData("none")]
    public async Task Timeout_ofOneRoute_leavesWhatIsInTimeAlone(string route)
    {
        (await Ambassador.GetAsync($"/timeout/{route}")).ShouldBe("one");
    }
}
