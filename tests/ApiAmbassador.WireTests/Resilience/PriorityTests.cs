using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Who serves when the first cannot, and how the first come back.</summary>
public sealed class PriorityTests : IAsyncDisposable
{
    private const string Probed = """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.050" } } """;

    private readonly ScriptedDestination[] _instances;
    private readonly bool[] _isSick = new bool[4];

    public PriorityTests() => _instances = [.. Enumerable.Range(0, 4).Select(i => ScriptedDestination.Start(
        $"i{i}", request => request.Target == "/health" && Volatile.Read(ref _isSick[i]) ? Reply.Status(503) : Reply.Ok($"i{i}")))];

    [Fact]
    public async Task FirstAreDown_theSecondServes_andWhoReturnsGetsRequestsByAndBy()
    {
        await using var ambassador = await StartAsync($"{Probed}, \"SlowStart\": \"00:00:03\"", [0, 0, 1]);
        Only(await ambassador.CountAnswersAsync(40), "i0", "i1");

        _isSick[0] = true;
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => !counts.ContainsKey("i0"));
        Only(await ambassador.CountAnswersAsync(100), "i1"); // One of two carries everything.

        _isSick[1] = true;
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => !counts.ContainsKey("i1"));
        Only(await ambassador.CountAnswersAsync(20), "i2");

        // Those that return carry a tenth at first, and all of it when they are warm.
        _isSick[0] = false;
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => counts.ContainsKey("i0"));
        (await ambassador.CountAnswersAsync(50)).GetValueOrDefault("i2").ShouldBeGreaterThan(10);
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(50), counts => !counts.ContainsKey("i2"));
    }

    [Fact]
    public async Task TwoOfThreeAreDown_halfGoesToTheSecond()
    {
        await using var ambassador = await StartAsync($"{Probed}, \"SlowStart\": \"00:00:00\"", [0, 0, 0, 1]);
        (_isSick[0], _isSick[1]) = (true, true);
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => !counts.ContainsKey("i0") && !counts.ContainsKey("i1"));

        (await ambassador.CountAnswersAsync(400)).GetValueOrDefault("i3").ShouldBeInRange(150, 250); // Three need two; binomial, 5 deviations.
    }

    [Fact]
    public async Task FirstRefuseConnections_theSecondServesWithoutAnError()
    {
        await using var ambassador = await StartAsync(""" "SlowStart": "00:00:00" """, [0, 1]);
        Only(await ambassador.CountAnswersAsync(10), "i0");

        await _instances[0].StopListeningAsync();
        await _instances[0].DropConnectionsAsync();
        Only(await ambassador.CountAnswersAsync(50), "i1");
    }

    [Fact]
    public async Task OwnZone_isAskedWhileItCanCarryIt()
    {
        await using var ambassador = await StartAsync(Probed, [0, 0, 0, 0], zones: ["near", "NEAR", "far", null], ambassadorZone: "near");
        Only(await ambassador.CountAnswersAsync(50), "i0", "i1");

        (_isSick[0], _isSick[1]) = (true, true);
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(20), counts => !counts.ContainsKey("i0") && !counts.ContainsKey("i1"));
        Only(await ambassador.CountAnswersAsync(50), "i2", "i3");
    }

    [Fact]
    public async Task ZoneOfTheAmbassadorAlone_changesNothing()
    {
        await using var ambassador = await StartAsync("\"LoadBalancingPolicy\": \"RoundRobin\"", [0, 0], zones: ["a", "b"]);

        (await ambassador.CountAnswersAsync(20)).ShouldBe(new Dictionary<string, int> { ["i0"] = 10, ["i1"] = 10 }, ignoreOrder: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }
    }

    private static void Only(Dictionary<string, int> counts, params string[] names) => counts.Keys.ShouldBe(names, ignoreOrder: true);

    private Task<RunningAmbassador> StartAsync(string settings, int[] priorities, string?[]? zones = null, string? ambassadorZone = null)
    {
        var destinations = priorities.Select((priority, i) =>
            $$""" "i{{i}}": { "Address": "{{_instances[i].Address}}", "Priority": {{priority}}{{(zones?[i] is { } zone ? $", \"Zone\": \"{zone}\"" : "")}} } """);
        var setup = new AmbassadorSetup().WithFile($$"""
            {
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } } },
                "Clusters": { "api": { "Destinations": { {{string.Join(", ", destinations)}} }, {{settings}} } }
              }
            }
            """);
        return RunningAmbassador.StartAsync(ambassadorZone is null ? setup : setup.With("Ambassador__Zone", ambassadorZone));
    }
}
