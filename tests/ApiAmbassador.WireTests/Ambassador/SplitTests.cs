using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Routes with a <c>Split</c>.</summary>
public class SplitTests
{
    [Theory]
    [InlineData(500, 5.0)]
    [InlineData(20_000, 1.0)]
    public async Task Split_ninetyToTenWithoutKey_isNinetyToTen(int requests, double points)
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", Reply.Ok("v2"));
        await using var ambassador = await RunningAmbassador.StartAsync(Setup(v1, v2, """ "Clusters": { "v1": 90, "v2": 10 } """));

        var counts = await ambassador.CountAnswersAsync(requests, atOnce: 10);

        // Chance: at 20 000 requests a point is nearly five standard deviations.
        (100.0 * counts["v1"] / requests).ShouldBe(90, points);
    }

    [Theory]
    [InlineData("Header:X-User-Id", "X-User-Id", "user-{0}")]
    [InlineData("Cookie:session", "Cookie", "other=1; session=s{0}")]
    public async Task Split_withKey_keepsEachCallerOnOneSide(string stickyBy, string header, string value)
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", Reply.Ok("v2"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            Setup(v1, v2, $$""" "Clusters": { "v1": 50, "v2": 50 }, "StickyBy": "{{stickyBy}}" """));

        var sides = new HashSet<string>();
        for (var caller = 0; caller < 20; caller++)
        {
            var counts = await ambassador.CountAnswersAsync(5, create: _ =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, "/");
                request.Headers.Add(header, string.Format(value, caller));
                return request;
            });
            sides.Add(counts.ShouldHaveSingleItem().Key);
        }

        sides.Count.ShouldBe(2, "twenty callers should not all be on one side");
    }

    [Fact]
    public async Task Split_byClientAddress_isOneSideForOneAddress()
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", Reply.Ok("v2"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            Setup(v1, v2, """ "Clusters": { "v1": 50, "v2": 50 }, "StickyBy": "ClientAddress" """));

        (await ambassador.CountAnswersAsync(40)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Split_sideWithoutUsableDestination_itsShareGoesToTheOther()
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", request => Reply.Status(request.Target == "/health" ? 500 : 200));
        await using var ambassador = await RunningAmbassador.StartAsync(Setup(v1, v2, """ "Clusters": { "v1": 1, "v2": 99 } """));
        await ambassador.ReadyzShouldSayAsync("no usable destination in v2");

        (await ambassador.CountAnswersAsync(50)).ShouldBe(new Dictionary<string, int> { ["v1"] = 50 });
    }

    [Fact]
    public async Task Split_withoutFallback_itsShareIsAnsweredWith503()
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", request => Reply.Status(request.Target == "/health" ? 500 : 200));
        await using var ambassador = await RunningAmbassador.StartAsync(Setup(v1, v2, """ "Clusters": { "v1": 0, "v2": 99 }, "Fallback": false """));
        await ambassador.ReadyzShouldSayAsync("no usable destination in v2");

        using var response = await ambassador.Client.GetAsync("/", TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(503);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("no_healthy_upstream");
    }

    [Fact]
    public async Task Split_affinityOnOneSide_worksWithTheChosenCluster()
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", Reply.Ok("v2"));
        await using var ambassador = await RunningAmbassador.StartAsync(Setup(v1, v2, """ "Clusters": { "v1": 0, "v2": 1 } """));

        using var response = await ambassador.Client.GetAsync("/", TestContext.Current.CancellationToken);

        // v2, the second side, sets the cookie: YARP's transforms were built for it and not for the route's first cluster.
        response.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().ShouldStartWith("v2-session=");
    }

    private static AmbassadorSetup Setup(ScriptedDestination v1, ScriptedDestination v2, string split) => new AmbassadorSetup().WithFile(
        $$"""
        {
          "ReverseProxy": {
            "Routes": { "api": { "Match": { "Path": "{**any}" }, "Split": { {{split}} } } },
            "Clusters": {
              "v1": { "Destinations": { "one": { "Address": "{v1}" } } },
              "v2": {
                "Destinations": { "two": { "Address": "{v2}" } },
                "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.100" } },
                "SessionAffinity": { "Enabled": true, "Policy": "HashCookie", "AffinityKeyName": "v2-session" }
              }
            }
          }
        }
        """,
        ("v1", v1.Address), ("v2", v2.Address));
}
