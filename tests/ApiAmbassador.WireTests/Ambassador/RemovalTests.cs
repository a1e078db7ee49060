using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>What becomes of a destination that leaves, and of those that stay.</summary>
public sealed class RemovalTests : IDisposable
{
    private const string Patient = """ "LoadBalancingPolicy": "RoundRobin" """;
    private readonly AmbassadorSetup _setup = new();

    public void Dispose() => _setup.Dispose();

    [Fact]
    public async Task Removed_requestInFlight_finishes_thenItsConnectionsClose_andNothingNewComes()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", request => request.Target == "/slow" ? Reply.Ok("two").Held(by: gate) : Reply.Ok("two"));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithCluster(Patient, ("two", two.Address)));
        await ambassador.CountAnswersAsync(20, atOnce: 5);
        var slow = ambassador.GetAsync("/slow");
        await two.WaitForAsync(destination => destination.Requests.Any(request => request.Target == "/slow"));

        _setup.WithCluster(Patient, ("one", one.Address));
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");

        var before = two.RequestCount;
        (await ambassador.CountAnswersAsync(50, atOnce: 5)).ShouldBe(new Dictionary<string, int> { ["one"] = 50 });
        two.RequestCount.ShouldBe(before);
        slow.IsCompleted.ShouldBeFalse();
        gate.Open();
        (await slow).ShouldBe("two");
        await two.WaitForAsync(destination => destination.ConnectionsOpen == 0);
    }

    [Fact]
    public async Task Removed_idle_itsConnectionsCloseSoon_butNotThoseOfAnotherCluster()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await RunningAmbassador.StartAsync(With(other: two));
        await ambassador.GetAsync("/api");
        await ambassador.GetAsync("/other");
        two.ConnectionsOpen.ShouldBe(2);

        With(other: one);

        await two.WaitForAsync(destination => destination.ConnectionsOpen == 1);
        await ambassador.GetAsync("/api");
        two.ConnectionsOpened.ShouldBe(2); // The one that is left served it.

        AmbassadorSetup With(ScriptedDestination other) => _setup.WithFile(
            """
            { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "/api" } }, "other": { "ClusterId": "other", "Match": { "Path": "/other" } } },
                                "Clusters": { "api": { "Destinations": { "it": { "Address": "{two}" } } }, "other": { "Destinations": { "it": { "Address": "{other}" } } } } } }
            """,
            ("two", two.Address), ("other", other.Address));
    }

    [Fact]
    public async Task Removed_webSocket_isCutAtDrainTimeout()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", request => request.Target == "/tunnel" ? Reply.Upgrade("echo") : Reply.Ok("two"));
        _setup.With("Ambassador__DrainTimeout", "00:00:01.500");
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithCluster(Patient, ("two", two.Address)));
        using var tunnel = await Clients.RawClient.ConnectAsync(ambassador.Address.Port);
        await tunnel.SendAsync("GET /tunnel HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
        await tunnel.ReadUntilAsync("\r\n\r\n");
        await EchoAsync("before");

        _setup.WithCluster(Patient, ("one", one.Address));
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");

        await EchoAsync("after"); // Gone from the cluster, it finishes what it has.
        (await tunnel.ReadToEndAsync()).ShouldBeEmpty();
        await two.WaitForAsync(destination => destination.ConnectionsOpen == 0);

        async Task EchoAsync(string text)
        {
            await tunnel.SendAsync(text);
            await tunnel.ReadUntilAsync(text);
        }
    }

    [Fact]
    public async Task Removed_andBackBeforeItsTime_keepsItsConnections()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", request => request.Target == "/slow" ? Reply.Ok("two").Held(by: gate) : Reply.Ok("two"));
        _setup.With("Ambassador__DrainTimeout", "00:00:02");
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithCluster(Patient, ("two", two.Address)));
        var slow = ambassador.GetAsync("/slow");
        await two.WaitForAsync(destination => destination.RequestCount == 1);

        _setup.WithCluster(Patient, ("one", one.Address));
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");
        var left = TimeProvider.System.GetTimestamp();
        _setup.WithCluster(Patient, ("two", two.Address));

        await Eventually.SeesAsync(() => TimeProvider.System.GetElapsedTime(left), elapsed => elapsed > TimeSpan.FromSeconds(3));
        slow.IsCompleted.ShouldBeFalse();
        gate.Open();
        (await slow).ShouldBe("two");
    }

    [Fact]
    public async Task Stays_ejectedByItsBreaker_isStillOutAfterAReload_andItsHealthIsKept()
    {
        const string settings = """
            "LoadBalancingPolicy": "RoundRobin", "CircuitBreaker": { "ConsecutiveFailures": 3, "BreakDuration": "00:01:00" },
            "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "01:00:00" } }
            """;
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var broken = ScriptedDestination.Start("broken", request => request.Target == "/health" ? Reply.Ok() : Reply.Status(503));
        await using var sick = ScriptedDestination.Start("sick", Reply.Status(500));
        await using var more = ScriptedDestination.Start("more", Reply.Ok("more"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            _setup.WithCluster(settings, ("one", one.Address), ("broken", broken.Address), ("sick", sick.Address)));
        await Eventually.SeesAsync(token => ambassador.ProbeAsync("/startupz", token), probe => probe.Status == 200);
        await ambassador.CountAnswersAsync(20);
        var (ofBroken, ofSick) = (Asked(broken), Asked(sick));

        _setup.WithCluster(settings, ("one", one.Address), ("broken", broken.Address), ("sick", sick.Address), ("more", more.Address));
        await Eventually.SeesAsync(_ => ambassador.CountAnswersAsync(4), counts => counts.ContainsKey("more"));
        await ambassador.CountAnswersAsync(20);

        (Asked(broken), Asked(sick)).ShouldBe((ofBroken, ofSick));

        static int Asked(ScriptedDestination destination) => destination.Requests.Count(request => request.Target != "/health");
    }

    [Fact]
    public async Task Moved_underItsName_startsAnew()
    {
        const string probed = """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "01:00:00" } } """;
        await using var sick = ScriptedDestination.Start("sick", Reply.Status(500));
        await using var well = ScriptedDestination.Start("well", Reply.Ok("well"));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup.WithCluster(probed, ("it", sick.Address)));
        await ambassador.ReadyzShouldSayAsync("no usable destination in api");

        // One good probe would not be enough for a destination that was ill.
        _setup.WithCluster(probed, ("it", well.Address));

        await Eventually.SeesAsync(
            async token => { using var response = await ambassador.Client.GetAsync("/", token); return (int)response.StatusCode; }, status => status == 200);
        await well.WaitForAsync(destination => destination.Requests.Any(request => request.Target == "/health"));
        (await ambassador.ProbeAsync("/readyz", TestContext.Current.CancellationToken)).Body.ShouldNotContain("no usable destination");
    }

    [Fact]
    public async Task Changes_fasterThanTheInterval_doNotEndProbing()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(Weighing(1));
        await one.WaitForAsync(destination => Probes(destination) == 1);

        using var enough = new CancellationTokenSource();
        var churn = Task.Run(
            async () =>
            {
                for (var weight = 2; !enough.IsCancellationRequested; weight++)
                {
                    Weighing(weight);
                    await Task.Delay(50, CancellationToken.None); // The churn is what is tested.
                    var wanted = weight;
                    await Eventually.SeesAsync(() => ReloaderTests.WeightOf(ambassador, "one"), now => now == wanted);
                }
            },
            TestContext.Current.CancellationToken);

        await one.WaitForAsync(destination => Probes(destination) >= 4);
        await enough.CancelAsync();
        await churn;

        AmbassadorSetup Weighing(int weight) => _setup.WithFile(
            $$"""
            { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } } },
                                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}", "Weight": {{weight}} } },
                                                       "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.600" } } } } } }
            """,
            ("one", one.Address));

        static int Probes(ScriptedDestination destination) => destination.Requests.Count(request => request.Target == "/health");
    }
}
