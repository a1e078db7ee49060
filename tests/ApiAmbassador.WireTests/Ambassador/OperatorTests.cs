using ApiAmbassador.Configuration;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>What an operator says of a destination of a running ambassador, and what it does to requests.</summary>
public class OperatorTests
{
    [Fact]
    public async Task Drain_getsNoNewRequestAndFinishesWhatItHas()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one").Held(by: gate));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(
            setup.WithCluster(""" "LoadBalancingPolicy": "FirstAlphabetical", "SlowStart": "00:00:00" """, ("one", one.Address), ("two", two.Address)));
        var inFlight = ambassador.GetAsync();
        await one.WaitForAsync(destination => destination.RequestCount == 1);
        ((int)(await ambassador.DestinationAsync("api", "one"))["inFlight"]!).ShouldBe(1);

        var answer = await ambassador.SayAsync("api/one", "drain");

        ((bool)answer["drained"]!, (int)answer["weight"]!, answer["warning"]).ShouldBe((true, 0, null));
        (await ambassador.CountAnswersAsync(10, atOnce: 2)).ShouldBe(new Dictionary<string, int> { ["two"] = 10 });
        var drained = await ambassador.DestinationAsync("api", "one");
        ((bool)drained["operator"]!["isDrained"]!, (bool)drained["isUsable"]!, (int)drained["weight"]!, (int)drained["configuredWeight"]!).ShouldBe((true, false, 0, 1));

        gate.Open();
        (await inFlight).ShouldBe("one");
        one.RequestCount.ShouldBe(1);

        await ambassador.SayAsync("api/one", "undrain");
        (await ambassador.GetAsync()).ShouldBe("one");
        (await ambassador.DestinationAsync("api", "one"))["operator"].ShouldBeNull();
    }

    [Fact]
    public async Task Drain_ofTheLastUsableOne_isDoneAndWarnedOf()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(""" "Metadata": null """, ("one", one.Address)));

        var answer = await ambassador.SayAsync("api/one", "drain");

        ((string?)answer["warning"]).ShouldBe("no destination of cluster 'api' is usable now; its requests are answered with 503");
        using var response = await ambassador.SendAsync("GET", "/");
        response.Status().ShouldBe(503);
    }

    [Fact]
    public async Task Weight_isInForceAtOnceAndUntilItIsTakenBack()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(""" "Metadata": null """, ("one", one.Address), ("two", two.Address)));

        await ambassador.SayAsync("api/one", "weight", """{ "weight": 3 }""");
        (await ambassador.CountAnswersAsync(8)).ShouldBe(new Dictionary<string, int> { ["one"] = 6, ["two"] = 2 }, ignoreOrder: true);
        var weighed = await ambassador.DestinationAsync("api", "one");
        ((int)weighed["weight"]!, (int)weighed["configuredWeight"]!, (int)weighed["operator"]!["weight"]!).ShouldBe((3, 1, 3));

        (await ambassador.SayAsync("api/one", "weight", """{ "weight": null }"""))["weight"]!.GetValue<int>().ShouldBe(1);
        (await ambassador.DestinationAsync("api", "one"))["operator"].ShouldBeNull();
    }

    [Fact]
    public async Task Weight_underAPolicyThatTakesNone_isWarnedOf()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(
            setup.WithCluster(""" "LoadBalancingPolicy": "RoundRobin" """, ("one", one.Address), ("two", one.Address)));

        ((string?)(await ambassador.SayAsync("api/one", "weight", """{ "weight": 3 }"""))["warning"])!.ShouldContain("RoundRobin takes no weight but 0");
    }

    [Fact]
    public async Task Word_survivesAReloadAndEndsWithItsDestination()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup();
        const string probed = """ "HealthCheck": { "Passive": { "Enabled": false } } """;
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(probed, ("one", one.Address), ("two", two.Address)));
        await ambassador.SayAsync("api/one", "drain");

        await ApplyAsync(ambassador, setup.WithCluster(""" "Metadata": { "changed": "1" } """, ("one", one.Address), ("two", two.Address)));
        (await ambassador.CountAnswersAsync(10)).ShouldBe(new Dictionary<string, int> { ["two"] = 10 });

        await ApplyAsync(ambassador, setup.WithCluster(probed, ("two", two.Address)));
        await ApplyAsync(ambassador, setup.WithCluster(""" "LoadBalancingPolicy": "RoundRobin", "SlowStart": "00:00:00" """, ("one", one.Address), ("two", two.Address)));
        (await ambassador.CountAnswersAsync(10)).ShouldBe(new Dictionary<string, int> { ["one"] = 5, ["two"] = 5 }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("apii/one", "there is no cluster 'apii'; did you mean 'api'?")]
    [InlineData("api/onne", "cluster 'api' has no destination 'onne'; did you mean 'one'?")]
    public async Task Word_onAnUnknownName_404WithTheNearest(string target, string detail)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(""" "Metadata": null """, ("one", one.Address)));

        using var response = await ambassador.Admin.PostAsync(AdminCalls.PathOf(target, "drain"));

        response.Status().ShouldBe(404);
        response.Header("Content-Type").ShouldBe("application/problem+json");
        System.Text.Json.Nodes.JsonNode.Parse(await response.TextAsync())!["detail"]!.GetValue<string>().ShouldBe(detail);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[3]")]
    [InlineData("{ \"weight\": -1 }")]
    [InlineData("{ \"weight\": 65536 }")]
    [InlineData("{ \"weight\": 1.5 }")]
    [InlineData("{ \"weight\": \"3\" }")]
    [InlineData("{ \"weight\": ")]
    [InlineData("")]
    public async Task Weight_thatIsNone_400AndNothingChanges(string body)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(""" "Metadata": null """, ("one", one.Address)));

        using var response = await ambassador.Admin.PostAsync(AdminCalls.PathOf("api/one", "weight"), body);

        response.Status().ShouldBe(400);
        (await ambassador.ReadAsync("/api/status"))["revision"]!.GetValue<int>().ShouldBe(1);
    }

    private static async Task ApplyAsync(RunningAmbassador ambassador, AmbassadorSetup setup) =>
        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(setup.Sources))).ShouldBeEmpty();
}
