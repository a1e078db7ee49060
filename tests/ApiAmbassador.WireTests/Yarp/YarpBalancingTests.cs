using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's own load-balancing policies (<c>balancing.json</c>).</summary>
public class YarpBalancingTests
{
    [Theory]
    [InlineData("FirstAlphabetical", 40, 40)]
    [InlineData("RoundRobin", 20, 20)]
    [InlineData("Random", 1, 39)] // Forty tosses of one side: once in 2^39.
    public async Task Policy_fortyRequests_areSharedAsItSays(string policy, int atLeast, int atMost)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await StartAsync(one, two);

        var counts = await ambassador.CountAnswersAsync(40, create: _ => new HttpRequestMessage(HttpMethod.Get, $"/{policy}"));

        counts["one"].ShouldBeInRange(atLeast, atMost);
    }

    [Theory]
    [InlineData("LeastRequests")]
    [InlineData("PowerOfTwoChoices")]
    public async Task Policy_oneDestinationBusy_theOtherGetsTheRest(string policy)
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", request => request.Number == 1 ? Reply.Ok("one").Held(by: gate) : Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", request => request.Number == 1 ? Reply.Ok("two").Held(by: gate) : Reply.Ok("two"));
        await using var ambassador = await StartAsync(one, two);
        var held = ambassador.GetAsync($"/{policy}");
        await Eventually.SeesAsync(() => one.RequestCount + two.RequestCount, count => count == 1);
        var (busy, free) = one.RequestCount == 1 ? (one, two) : (two, one);
        free.AnswerWith(Reply.Ok(free.Name));

        var counts = await ambassador.CountAnswersAsync(20, create: _ => new HttpRequestMessage(HttpMethod.Get, $"/{policy}"));
        gate.Open();

        counts.ShouldBe(new Dictionary<string, int> { [free.Name] = 20 });
        (await held).ShouldBe(busy.Name);
    }

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination one, ScriptedDestination two) =>
        RunningAmbassador.StartAsync(new AmbassadorSetup().WithRouteFile("balancing.json", ("one", one.Address), ("two", two.Address)));
}
