using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>From one line or one file to balanced requests.</summary>
public class BalancingTests
{
    [Fact]
    public async Task OneLine_twoNginx_bothAnswerAndCurlSeesThem()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}=1, {two.Address}=2"));

        var answers = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            answers.Add((await Curl.RunAsync(ambassador.Address.AbsoluteUri)).Output.Trim());
        }

        answers.Count(answer => answer == "one").ShouldBe(2, string.Join(' ', answers));
        answers.Count(answer => answer == "two").ShouldBe(4, string.Join(' ', answers));
    }

    [Theory]
    [InlineData(500, 5.0)]
    [InlineData(20_000, 1.0)]
    public async Task Weights_ninetyToTen_areNinetyToTen(int requests, double points)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}=90, {two.Address}=10"));

        var counts = await ambassador.CountAnswersAsync(requests, atOnce: 10);

        (100.0 * counts["one"] / requests).ShouldBe(90, points);
        (counts["one"] + counts["two"]).ShouldBe(requests);
    }

    [Fact]
    public async Task Weights_underWrk_noError()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}=3, {two.Address}=1"));

        var result = await Wrk.RunAsync(ambassador.Address, seconds: 1, connections: 16);

        result.Requests.ShouldBeGreaterThan(0);
        result.ShouldBe(new WrkResult(result.Requests, 0, 0, 0, 0, 0, result.RequestsPerSecond));
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("PowerOfTwoChoices")]
    [InlineData("WeightedRoundRobin")]
    public async Task WeightZero_underAnyPolicy_getsNothing(string policy)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            $$"""
            {
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } } },
                "Clusters": {
                  "api": {
                    "LoadBalancingPolicy": "{{policy}}",
                    "Destinations": { "one": { "Address": "{one}", "Weight": 0 }, "two": { "Address": "{two}" } }
                  }
                }
              }
            }
            """,
            ("one", one.Address), ("two", two.Address)));

        (await ambassador.CountAnswersAsync(50)).ShouldBe(new Dictionary<string, int> { ["two"] = 50 });
    }

    [Fact]
    public async Task Body_largerThanKestrelWouldTake_comesThroughWhole()
    {
        const int length = 40 * 1024 * 1024;
        await using var one = ScriptedDestination.Start("one", Reply.Ok("taken"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        using var content = new ByteArrayContent(new byte[length]);
        using var response = await ambassador.Client.PostAsync("/", content, TestContext.Current.CancellationToken);

        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("taken");
        one.Requests.ShouldHaveSingleItem().BodyLength.ShouldBe(length);
    }
}
