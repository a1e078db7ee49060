using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Discovery;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>What happens on the wire, and the series that say so.</summary>
public sealed class CountedTests : IAsyncDisposable
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));

    [Fact]
    public async Task Attempts_areSuccessFailureOrNeutral_withTheirReason()
    {
        _one.AnswerInTurn(Reply.Ok(), Reply.Status(503), Reply.Status(500), Reply.Reset(), Reply.Ok());
        await using var ambassador = await StartAsync(""" "CircuitBreaker": { "ConsecutiveFailures": 0, "FailureRatio": 0 } """);
        (await SendAsync(ambassador, "GET")).ShouldBe(200);
        (await SendAsync(ambassador, "GET")).ShouldBe(500); // 503, then 500.
        (await SendAsync(ambassador, "GET")).ShouldBe(200); // A reused connection ends, which nobody is to blame for.

        var scrape = await Scrape.OfAsync(ambassador);

        Attempts(scrape, "outcome=success").ShouldBe(3);
        Attempts(scrape, "outcome=failure", "reason=503").ShouldBe(1);
        Attempts(scrape, "outcome=neutral", "reason=upstream_reset").ShouldBe(1);
        scrape["ambassador_attempt_duration_seconds_count", "cluster=api"].ShouldBe(5);
        scrape["ambassador_requests_total", "route=api", "cluster=api"].ShouldBe(3);
        scrape["ambassador_retries_total", "cluster=api", "reason=503"].ShouldBe(1);
        scrape["ambassador_retries_total", "cluster=api", "reason=upstream_reset"].ShouldBe(1);
        scrape["ambassador_requests_retried_total", "cluster=api", "outcome=success"].ShouldBe(2);
        scrape["ambassador_requests_retried_total", "cluster=api", "outcome=failure"].ShouldBe(0);
        scrape["ambassador_retries_budget", "cluster=api"]!.Value.ShouldBeInRange(97, 99);
    }

    [Fact]
    public async Task Breaker_thatOpens_isCountedAndShown_andABudgetThatIsSpent()
    {
        _one.AnswerWith(Reply.Status(503));
        await using var ambassador = await StartAsync(
            """ "CircuitBreaker": { "ConsecutiveFailures": 3, "BreakDuration": "01:00:00", "BreakDurationMax": "01:00:00" }, "RetryBudget": { "Ratio": 0, "MinPerSecond": 0.1 } """);
        (await SendAsync(ambassador, "GET")).ShouldBe(503);
        (await SendAsync(ambassador, "GET")).ShouldBe(503);

        var scrape = await Scrape.OfAsync(ambassador);

        Attempts(scrape, "outcome=failure", "reason=503").ShouldBe(3);
        scrape["ambassador_destination_circuit", "cluster=api", "destination=one"].ShouldBe(1);
        scrape["ambassador_destination_circuit_openings_total", "cluster=api", "destination=one"].ShouldBe(1);
        scrape["ambassador_destinations_circuit_open", "cluster=api"].ShouldBe(1);
        scrape["ambassador_retries_denied_total", "cluster=api"].ShouldBe(2);
        scrape["ambassador_requests_retried_total", "cluster=api", "outcome=failure"].ShouldBe(1);
        scrape["ambassador_retries_budget", "cluster=api"].ShouldBe(0);
    }

    [Fact]
    public async Task Queue_isSeen_whileRequestsWaitAndAfter()
    {
        var gate = new Gate();
        _one.AnswerWith(Reply.Ok().Held(by: gate));
        await using var ambassador = await StartAsync(""" "Limits": { "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1, "QueueTimeout": "00:01:00" } """);
        var first = SendAsync(ambassador, "GET");
        await _one.WaitForAsync(one => one.RequestCount == 1);
        var second = SendAsync(ambassador, "GET");

        var scrape = await Eventually.SeesAsync(_ => Scrape.OfAsync(ambassador), seen => seen["ambassador_requests_queued", "cluster=api"] == 1);
        scrape["ambassador_destination_in_flight", "cluster=api", "destination=one"].ShouldBe(1);
        (await SendAsync(ambassador, "GET")).ShouldBe(503);
        gate.Open();
        await Task.WhenAll(first, second);

        scrape = await Scrape.OfAsync(ambassador);
        scrape["ambassador_queue_wait_seconds_count", "cluster=api"].ShouldBe(1);
        scrape["ambassador_failures_total", "cluster=api", "reason=overflow"].ShouldBe(1);
        scrape["ambassador_requests_total", "route=api", "cluster=api"].ShouldBe(3);
    }

    [Fact]
    public async Task Split_showsSharesAndWhatWasChosen_andForgetsASideThatIsGone()
    {
        var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(Split(""" "a": 30, "b": 10 """));
        await ambassador.CountAnswersAsync(40);

        var scrape = await Scrape.OfAsync(ambassador);
        scrape["ambassador_split_share", "route=r", "cluster=a"].ShouldBe(0.75);
        scrape["ambassador_split_share", "route=r", "cluster=b"].ShouldBe(0.25);
        (Chosen("a") + Chosen("b")).ShouldBe(40);

        await ambassador.ReloadAsync(Split(""" "a": 1 """));
        scrape = await Scrape.OfAsync(ambassador);
        scrape["ambassador_split_share", "route=r", "cluster=a"].ShouldBe(1);
        scrape["ambassador_requests_total", "route=r", "cluster=b"].ShouldBeNull();
        scrape["ambassador_configuration_applied_total"].ShouldBe(1);

        double? Chosen(string cluster) => scrape["ambassador_requests_total", "route=r", $"cluster={cluster}"] ?? 0;

        AmbassadorSetup Split(string shares) => setup.WithFile(
            $$"""
            { "ReverseProxy": { "Routes": { "r": { "Match": { "Path": "{**any}" }, "Split": { "Clusters": { {{shares}} } } } },
                                "Clusters": { "a": { "Destinations": { "one": { "Address": "{one}" } } }, "b": { "Destinations": { "one": { "Address": "{one}" } } } } } }
            """,
            ("one", _one.Address));
    }

    [Fact]
    public async Task Destination_drainedByAnOperator_isCounted()
    {
        await using var ambassador = await StartAsync(""" "Metadata": null """);

        await ambassador.SayAsync("api/one", "drain");

        var scrape = await Scrape.OfAsync(ambassador);
        scrape["ambassador_destinations_drained", "cluster=api"].ShouldBe(1);
        scrape["ambassador_destinations_usable", "cluster=api"].ShouldBe(0);
        scrape["ambassador_destinations_healthy", "cluster=api"].ShouldBe(1);
        scrape["ambassador_configuration_revision"].ShouldBe(2);
    }

    [Fact]
    public async Task Instruments_ofTheConnections_areServed_thoseThatEachRequestWouldPayForAreNot()
    {
        await using var ambassador = await StartAsync(""" "Metadata": null """);
        await ambassador.GetAsync();

        var names = (await Scrape.OfAsync(ambassador)).Names.ToArray();

        names.ShouldContain("http_server_request_duration_seconds_count");
        names.ShouldContain("kestrel_active_connections");
        names.ShouldContain("dotnet_gc_collections_total");
        names.ShouldNotContain(name => name.StartsWith("http_client_", StringComparison.Ordinal) || name.StartsWith("http_server_active", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _one.DisposeAsync();

    private static double? Attempts(Scrape scrape, params string[] labels) => scrape["ambassador_attempts_total", ["cluster=api", "destination=one", .. labels]];

    private static async Task<int> SendAsync(RunningAmbassador ambassador, string method)
    {
        using var response = await ambassador.SendAsync(method, "/");
        return response.Status();
    }

    private Task<RunningAmbassador> StartAsync(string settings) => RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(settings, ("one", _one.Address)));
}
