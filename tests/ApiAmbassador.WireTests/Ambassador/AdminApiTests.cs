using System.Text.Json.Nodes;
using ApiAmbassador.Admin;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>What the admin API tells.</summary>
public class AdminApiTests
{
    [Fact]
    public async Task Status_tellsHowEverythingStands()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(503));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup().WithFile(
            """
            {
              "ReverseProxy": {
                "Routes": {
                  "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } },
                  "split": { "Split": { "Clusters": { "api": 90, "other": 10 } }, "Match": { "Hosts": [ "split" ] } }
                },
                "Clusters": {
                  "api": { "LoadBalancingPolicy": "FirstAlphabetical", "CircuitBreaker": { "ConsecutiveFailures": 2 },
                           "Destinations": { "one": { "Address": "{one}" }, "two": { "Address": "{two}" } } },
                  "other": { "Destinations": { "two": { "Address": "{two}", "Weight": 7 } } }
                }
              }
            }
            """,
            ("one", one.Address), ("two", two.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        (await ambassador.CountAnswersAsync(3)).ShouldBe(new Dictionary<string, int> { ["two"] = 3 });

        var status = await ambassador.ReadAsync("/api/status");

        ((string?)status["lifecycle"], (int)status["revision"]!, (bool)status["passthrough"]!).ShouldBe(("serving", 1, false));
        var api = status["clusters"]![0]!;
        ((string?)api["policy"], (int)api["usable"]!, (int)api["queued"]!, (int)api["retriesLeft"]!).ShouldBe(("FirstAlphabetical", 1, 0, 98));
        var opened = api["destinations"]![0]!;
        ((string?)opened["breaker"]!["state"], (int)opened["breaker"]!["consecutiveFailures"]!, (bool)opened["isUsable"]!).ShouldBe(("open", 2, false));
        opened["breaker"]!["until"].ShouldNotBeNull();
        ((int)status["clusters"]![1]!["destinations"]![0]!["configuredWeight"]!).ShouldBe(7);
        ((string?)status["routes"]![0]!["cluster"], (string?)status["routes"]![0]!["path"]).ShouldBe(("api", "{**any}"));
        ((int)status["routes"]![1]!["split"]!["api"]!, status["routes"]![1]!["cluster"]).ShouldBe((90, null));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Status_tellsWhatGoesWhereAndHowLongItTakes(string passthrough)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Status(503));
        using var setup = new AmbassadorSetup().With("Ambassador__Passthrough", passthrough).WithFile(
            """
            {
              "ReverseProxy": {
                "Routes": { "api": { "Split": { "Clusters": { "well": 1, "SICK": 1 }, "StickyBy": "Header:X-User" }, "Retry": { "MaxAttempts": 1 }, "Match": { "Path": "{**any}" } } },
                "Clusters": { "well": { "Destinations": { "one": { "Address": "{one}" } } }, "sick": { "Destinations": { "two": { "Address": "{two}" } } } }
              }
            }
            """,
            ("one", one.Address), ("two", two.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await ambassador.CountAnswersAsync(40, create: i => new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-User", $"{i}" } } });

        var (well, sick) = (await ambassador.DestinationAsync("well", "one"), await ambassador.DestinationAsync("sick", "two"));
        var route = (await ambassador.ReadAsync("/api/status"))["routes"]![0]!["perSecond"]!;

        // All came within the window, so a rate is a count divided by at most its length and at least a second; how long it took is the machine's.
        Rate(well["traffic"]!, "perSecond").ShouldBe(one.Requests.Count, tolerance: 0.9 * one.Requests.Count);
        Rate(sick["traffic"]!, "perSecond").ShouldBe(two.Requests.Count, tolerance: 0.9 * two.Requests.Count);
        (Rate(route, "well") / Rate(route, "SICK")).ShouldBe((double)one.Requests.Count / two.Requests.Count, tolerance: 0.1);
        Rate(well["traffic"]!, "failuresPerSecond").ShouldBe(0);
        (Rate(sick["traffic"]!, "failuresPerSecond") > 0).ShouldBe(passthrough == "false");
        (well["traffic"]!["latencyMilliseconds"] is not null).ShouldBe(passthrough == "false");
        await Eventually.SeesAsync(async _ => (double)(await ambassador.DestinationAsync("well", "one"))["ageSeconds"]!, age => age > 0);

        static double Rate(JsonNode node, string name) => (double)node[name]!;
    }

    [Fact]
    public async Task Config_isWhatExplainGives()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", one.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await using var explain = AmbassadorProcess.Start(setup, "explain", "--json");
        (await explain.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, explain.ToString());

        var config = await ambassador.ReadAsync("/api/config");

        // What the machine's own environment adds to the process is not in the test's.
        var told = config.AsArray().Where(Ours).Select(setting => setting!.ToJsonString()).ToArray();
        told.Length.ShouldBeGreaterThan(20);
        told.ShouldBe(JsonNode.Parse(explain.Output)!.AsArray().Where(Ours).Select(setting => setting!.ToJsonString()));

        static bool Ours(JsonNode? setting) => ((string)setting!["path"]!).StartsWith("ReverseProxy", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_tellWhatHappenedWithTimeAndCause()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(503));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup();
        const string policy = """ "LoadBalancingPolicy": "FirstAlphabetical", "CircuitBreaker": { "ConsecutiveFailures": 2 } """;
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(policy, ("one", one.Address), ("two", two.Address)));
        await ambassador.CountAnswersAsync(3);
        await ambassador.SayAsync("API/Two", "weight", """{ "weight": 5 }""");
        var reloader = ambassador.Services.GetRequiredService<ConfigReloader>();
        (await reloader.ApplyAsync(ConfigGatherer.Gather(setup.WithCluster(policy, ("two", two.Address), ("three", two.Address)).Sources))).ShouldBeEmpty();

        var events = (await ambassador.ReadAsync("/api/events")).AsArray();

        // A break has jitter, so its length is not told here.
        events.Select(item => $"{item!["kind"]} {item["subject"]}: {((string)item["text"]!).Split(';')[0]}").ShouldBe(
            [
                $"lifecycle : started: version {BuildVersion.Version}, listening on {ambassador.Address.ToString().TrimEnd('/')}/",
                "breaker api/one: circuit opened: gateway_error",
                "operator api/two: weight 5, set by an operator at 127.0.0.1",
                $"destination api/three: came, at {two.Address}",
                "destination api/one: went",
                "reload : configuration 3 in force",
            ],
            Case.Sensitive);
        (await ambassador.ReadAsync("/api/events?after=2&limit=1")).AsArray().ShouldHaveSingleItem()!["sequence"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Events_withoutANumber_areTheNewest()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        AddMany(ambassador, 300);

        var events = (await ambassador.ReadAsync("/api/events?limit=2")).AsArray();

        events.Select(item => (int)item!["sequence"]!).ShouldBe([300, 301]);
    }

    [Fact]
    public async Task Status_tellsTheLastRefusal_evenWhereTheTimelineHasForgottenIt()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var reloader = ambassador.Services.GetRequiredService<ConfigReloader>();
        (await reloader.ApplyAsync(ConfigGatherer.Gather(setup.WithFile("{ \"ReverseProxy\": { \"Rutes\": {} } }").Sources))).ShouldNotBeEmpty();
        AddMany(ambassador, Timeline.EntriesMax);

        (await ambassador.ReadAsync("/api/status"))["lastRefused"]!["text"]!.GetValue<string>().ShouldBe("a change was refused: 1 error; configuration 1 stays");
    }

    [Fact]
    public async Task Events_ofAReloadOfManyClusters_pushNothingElseOut()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var clusters = string.Join(", ", Enumerable.Range(0, 200).Select(i => $$"""
            "c{{i}}": { "Destinations": { "it": { "Address": "{{one.Address}}" } } }
            """));
        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(
            ConfigGatherer.Gather(setup.WithFile($$"""{ "ReverseProxy": { "Clusters": { {{clusters}} } } }""").Sources))).ShouldBeEmpty();

        var told = ambassador.Services.GetRequiredService<Timeline>().Newest(Timeline.EntriesMax).Where(entry => entry.Kind == TimelineKind.Destination).ToArray();

        told.Length.ShouldBe(50);
        told[^1].Text.ShouldBe("more clusters changed with configuration 2 than are told one by one");
    }

    [Fact]
    public async Task Events_tellWhatProbesFoundAndTheEnd()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(500));
        using var setup = new AmbassadorSetup().With("Ambassador__DrainDelay", "00:00:00.010");
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(
            """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.050", "HealthyThreshold": 1 } } """, ("one", one.Address)));
        var timeline = ambassador.Services.GetRequiredService<Timeline>();
        await Eventually.SeesAsync(Told, told => told.Contains("Health api/one: unhealthy after 1 failed probes in a row (status 500)", StringComparison.Ordinal));
        one.AnswerWith(_ => Reply.Ok());
        await Eventually.SeesAsync(Told, told => told.Contains("Health api/one: healthy again after 1 good probes in a row", StringComparison.Ordinal));

        await ambassador.StopAsync(TestContext.Current.CancellationToken);

        Told().ShouldContain("Lifecycle : draining: requests are taken for 00:00:00.0100000 more");
        Told().ShouldContain("Lifecycle : stopping: requests in flight have 00:00:20");

        string Told() => string.Join('\n', timeline.After(0, int.MaxValue).Select(entry => $"{entry.Kind} {entry.Subject}: {entry.Text}"));
    }

    [Fact]
    public async Task OpenApi_hasThePathsThatAreMapped()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);

        var document = await ambassador.ReadAsync("/api/openapi.json");

        ((string?)document["openapi"]).ShouldBe("3.1.0");
        var described = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}"));
        var mapped = ambassador.AdminServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null) // The page's files.
            .SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(verb => $"{verb} /{endpoint.RoutePattern.RawText!.TrimStart('/')}"));
        described.ShouldBe(mapped, ignoreOrder: true);
    }

    [Fact]
    public async Task OpenApi_describesTheAnswersThatAreGiven()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", one.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var schemas = (await ambassador.ReadAsync("/api/openapi.json"))["components"]!["schemas"]!;
        var status = await ambassador.ReadAsync("/api/status");

        Same("Status", status);
        Same("Cluster", status["clusters"]![0]!);
        Same("Destination", status["clusters"]![0]!["destinations"]![0]!);
        Same("Route", status["routes"]![0]!);
        Same("Event", (await ambassador.ReadAsync("/api/events"))[0]!);
        Same("Setting", (await ambassador.ReadAsync("/api/config"))[0]!);
        Same("Word", await ambassador.SayAsync("api/one", "drain"));

        void Same(string schema, JsonNode answer) =>
            answer.AsObject().Select(item => item.Key).ShouldBe(schemas[schema]!["properties"]!.AsObject().Select(item => item.Key), ignoreOrder: true);
    }

    [Fact]
    public async Task Stream_deliversEventsAsTheyComeAndTheStatus()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", one.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        using var lines = new StreamReader(await ambassador.Admin.GetStreamAsync("/api/stream?after=0", TestContext.Current.CancellationToken));

        (await EventAsync(lines)).ShouldStartWith("id: 1|event: event|data: {\"sequence\":1,");
        (await EventAsync(lines)).ShouldStartWith("event: status|data: {\"version\":");
        await ambassador.SayAsync("api/one", "drain");

        string text;
        do
        {
            text = await EventAsync(lines);
        }
        while (text.StartsWith("event: status", StringComparison.Ordinal));

        text.ShouldStartWith("id: 2|event: event|");
        text.ShouldContain("\"kind\":\"operator\",\"subject\":\"api/one\"");
    }

    [Fact]
    public async Task Stream_isBoundedAndEndsWithTheAmbassador()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var streams = new List<StreamReader>();
        for (var i = 0; i < EventStream.StreamsMax; i++)
        {
            streams.Add(new StreamReader(await ambassador.Admin.GetStreamAsync("/api/stream", TestContext.Current.CancellationToken)));
            await EventAsync(streams[^1]);
        }

        using (var refused = await ambassador.Admin.GetAsync("/api/stream", TestContext.Current.CancellationToken))
        {
            refused.Status().ShouldBe(503);
            (await refused.TextAsync()).ShouldContain("32 streams are open already");
        }

        streams[0].Dispose();
        await Eventually.SeesAsync(
            async _ =>
            {
                using var again = await ambassador.Admin.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                return again.Status();
            },
            code => code == 200);

        await ambassador.StopAsync(TestContext.Current.CancellationToken);
        foreach (var stream in streams.Skip(1))
        {
            await stream.ReadToEndAsync(TestContext.Current.CancellationToken); // Ends, and does not hang or break off.
            stream.Dispose();
        }
    }

    private static void AddMany(RunningAmbassador ambassador, int count)
    {
        for (var i = 0; i < count; i++)
        {
            ambassador.Services.GetRequiredService<Timeline>().Add(TimelineKind.Health, "api/one", "healthy again");
        }
    }

    /// <summary>The lines of one server-sent event, joined by bars.</summary>
    private static async Task<string> EventAsync(StreamReader stream)
    {
        var lines = new List<string>();
        while (await stream.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
        {
            lines.Add(line);
        }

        return string.Join('|', lines);
    }
}
