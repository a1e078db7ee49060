using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Active health checks and what they do to traffic.</summary>
public class HealthTests
{
    private const string Probed = """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.050", "Timeout": "00:00:01" } } """;

    [Fact]
    public async Task Probe_failsAndRecovers_destinationIsLeftOutAndComesBack()
    {
        var sick = false;
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", request =>
            request.Target == "/health" && Volatile.Read(ref sick) ? Reply.Status(503) : Reply.Ok("two"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithCluster($"{Probed}, \"LoadBalancingPolicy\": \"RoundRobin\"", ("one", one.Address), ("two", two.Address)));

        (await ambassador.CountAnswersAsync(10)).ShouldBe(new Dictionary<string, int> { ["one"] = 5, ["two"] = 5 }, ignoreOrder: true);

        Volatile.Write(ref sick, true);
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(6), counts => !counts.ContainsKey("two"));

        Volatile.Write(ref sick, false);
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(6), counts => counts.ContainsKey("two"));
    }

    [Fact]
    public async Task Probe_allSick_answersWith503AndReadyzNamesTheCluster()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(500));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(Probed, ("one", one.Address)));
        await ambassador.ReadyzShouldSayAsync("no usable destination in api");

        var (status, body) = await ambassador.ProbeAsync("/readyz", TestContext.Current.CancellationToken);
        status.ShouldBe(200);
        body.ShouldContain("\"degraded\"");

        using var response = await ambassador.Client.GetAsync("/", TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBe(503);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        response.Headers.GetValues("Proxy-Status").ShouldHaveSingleItem()
            .ShouldBe("ambassador; error=destination_unavailable; details=\"no_healthy_upstream\"; phase=queue");
    }

    [Fact]
    public async Task Readyz_whereDestinationsAreNeeded_is503()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(500));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithCluster(Probed, ("one", one.Address)).With("Ambassador__ReadyNeedsDestinations", "true"));
        await ambassador.ReadyzShouldSayAsync("no usable destination in api");

        (await ambassador.ProbeAsync("/readyz", TestContext.Current.CancellationToken)).Status.ShouldBe(503);
        (await ambassador.ProbeAsync("/livez", TestContext.Current.CancellationToken)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Probe_expectedStatusHostAndQuery_areUsed()
    {
        await using var one = ScriptedDestination.Start("one", request => request.Target.StartsWith("/health", StringComparison.Ordinal)
            ? Reply.Status(request.Header("Host") == "probe.example" && request.Target == "/health?deep=1" ? 418 : 200)
            : Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """
            "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Query": "deep=1", "Host": "probe.example",
                             "ExpectedStatus": [ "418" ], "Interval": "00:00:00.050" } }
            """,
            ("one", one.Address)));

        await Eventually.SeesAsync(token => ambassador.ProbeAsync("/startupz", token), probe => probe.Status == 200);

        (await ambassador.GetAsync()).ShouldBe("one");
        (await ambassador.ProbeAsync("/readyz", TestContext.Current.CancellationToken)).Body.ShouldNotContain("no usable destination");
    }

    [Fact]
    public async Task Startupz_beforeTheFirstProbesAnswer_is503()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Ok().Held(by: gate));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Timeout": "00:00:30" } } """, ("one", one.Address)));

        (await ambassador.ProbeAsync("/startupz", TestContext.Current.CancellationToken)).Status.ShouldBe(503);
        gate.Open();

        await Eventually.SeesAsync(token => ambassador.ProbeAsync("/startupz", token), probe => probe.Status == 200);
    }
}
