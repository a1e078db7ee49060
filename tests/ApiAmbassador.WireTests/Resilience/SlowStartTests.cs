using System.Globalization;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Who comes, or comes back, gets a tenth of its share at first.</summary>
public sealed class SlowStartTests : IAsyncDisposable
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));

    [Theory]
    [InlineData("PeakEwma")]
    [InlineData("RoundRobin")]
    [InlineData("WeightedRoundRobin")]
    [InlineData("LeastRequests")]
    public async Task NewDestination_getsLittleAtFirst(string policy)
    {
        using var setup = Setup(policy, "01:00:00");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await JoinAsync(setup, ambassador);

        // A tenth of a half, binomial: five deviations. Whoever goes by latency may pick it hardly ever or each time: a tenth of all.
        var (least, most) = policy == "PeakEwma" ? (1, 97) : (5, 60);
        (await ambassador.CountAnswersAsync(600)).GetValueOrDefault("two").ShouldBeInRange(least, most);
    }

    [Fact]
    public async Task NewDestination_hasItsShareWhenItIsWarm()
    {
        using var setup = Setup("RoundRobin", "00:00:00.500");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await JoinAsync(setup, ambassador);

        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => counts.GetValueOrDefault("two") == 10);
    }

    [Fact]
    public async Task ProcessStart_holdsNobodyBack()
    {
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """ "LoadBalancingPolicy": "RoundRobin", "SlowStart": "01:00:00" """, ("one", _one.Address), ("two", _two.Address)));

        (await ambassador.CountAnswersAsync(40)).GetValueOrDefault("two").ShouldBeInRange(15, 25);
    }

    [Fact]
    public async Task ConsistentHash_keysKeepTheirPlace()
    {
        using var setup = Setup("ConsistentHash\", \"HashBy\": \"Path", "01:00:00");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await JoinAsync(setup, ambassador, ready: _ => Task.CompletedTask);

        await Eventually.SeesAsync(
            _ => ambassador.CountAnswersAsync(200, create: i => new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/{i}"))),
            counts => counts.GetValueOrDefault("two") is > 60 and < 140);
    }

    [Fact]
    public async Task RetryOfAFailedRequest_goesToWhoIsWarmingUpAllTheSame()
    {
        using var setup = Setup("RoundRobin", "01:00:00");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await JoinAsync(setup, ambassador);
        _one.AnswerWith(Reply.Reset());

        (await ambassador.CountAnswersAsync(20)).Keys.ShouldBe(["two"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private AmbassadorSetup Setup(string policy, string slowStart) => new AmbassadorSetup().WithCluster(
        $$""" "LoadBalancingPolicy": "{{policy}}", "SlowStart": "{{slowStart}}" """, ("one", _one.Address));

    /// <summary>Two joins one.</summary>
    private async Task JoinAsync(AmbassadorSetup setup, RunningAmbassador ambassador, Func<RunningAmbassador, Task>? ready = null)
    {
        var file = Path.Combine(setup.ConfigDirectory, "routes.json");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            file, text.Replace("\"Destinations\": {", $"\"Destinations\": {{ \"two\": {{ \"Address\": \"{_two.Address}\" }},", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await (ready ?? (_ => Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => counts.ContainsKey("two"))))(ambassador);
    }
}
