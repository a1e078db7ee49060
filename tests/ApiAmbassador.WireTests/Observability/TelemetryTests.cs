using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>What a collector gets. The ambassador is a process of its own: OpenTelemetry listens to everything in a process.</summary>
public class TelemetryTests
{
    private const int Terminate = 15;
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c", CallerId = "b7ad6b7169203331", TraceParent = $"00-{TraceId}-{CallerId}-01";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Request_withTraceParent_isOneServerSpanWithOneClientSpanBelow(string protocol)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(Setup(one, collector, protocol), (client, cancellation) => SendAsync(client, "/orders/7?token=x", cancellation));

        var spans = collector.Spans.Where(span => span.TraceId == TraceId).ToArray();
        spans.Length.ShouldBe(2, string.Join(Environment.NewLine, collector.Spans));
        var server = spans.Where(span => span.Kind == OtlpSpan.Server).ShouldHaveSingleItem();
        var client = spans.Where(span => span.Kind == OtlpSpan.Client).ShouldHaveSingleItem();
        server.ParentId.ShouldBe(CallerId);
        client.ParentId.ShouldBe(server.SpanId);
        one.Requests.ShouldHaveSingleItem().Header("traceparent").ShouldBe($"00-{TraceId}-{client.SpanId}-01");

        server.Name.ShouldBe("GET {**catch-all}");
        server.Attributes["http.request.method"].ShouldBe("GET");
        server.Attributes["http.response.status_code"].ShouldBe("200");
        server.Attributes["url.path"].ShouldBe("/orders/7");
        server.Attributes["ambassador.route"].ShouldBe("api");
        server.Attributes["ambassador.cluster"].ShouldBe("api");
        server.Attributes["ambassador.destination"].ShouldBe($"127.0.0.1-{one.Address.Port}");
        server.Resource["service.name"].ShouldBe("apiambassador");
        client.Attributes["http.response.status_code"].ShouldBe("200");
        client.Attributes["server.port"].ShouldBe(one.Address.Port.ToString());
    }

    [Fact]
    public async Task ProbesAndAdmin_makeNoSpans()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();
        var setup = Setup(one, collector)
            .With("ReverseProxy__Clusters__api__HealthCheck__Active__Enabled", "true")
            .With("ReverseProxy__Clusters__api__HealthCheck__Active__Path", "/health");

        await RunAsync(setup, async (client, cancellation) =>
        {
            await one.WaitForAsync(destination => destination.Requests.Any(request => request.Target == "/health"));
            await SendAsync(client, "/", cancellation);
        });

        collector.Spans.Select(span => span.TraceId).Distinct().ShouldBe([TraceId], string.Join(Environment.NewLine, collector.Spans));
        one.Requests.Where(request => request.Target == "/health").ShouldAllBe(request => request.Header("traceparent") == null);
    }

    [Fact]
    public async Task Metrics_haveTheFrameworksAndOurs()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();
        one.AnswerInTurn(Reply.Ok("one"), Reply.Reset());

        await RunAsync(Setup(one, collector).With("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test").With("OTEL_SERVICE_NAME", "shop"), async (client, cancellation) =>
        {
            await SendAsync(client, "/", cancellation);
            await SendAsync(client, "/", cancellation);
        });

        var duration = Points("http.server.request.duration").Single(point => point.Attributes["http.response.status_code"] == "200");
        duration.Value.ShouldBe(1);
        duration.Bounds.ShouldContain(0.005, "seconds, with the buckets that the framework advises");
        duration.Resource["service.name"].ShouldBe("shop");
        duration.Resource["deployment.environment.name"].ShouldBe("test");

        Points("ambassador.build").ShouldHaveSingleItem().Attributes["version"].ShouldNotBeEmpty();
        Points("ambassador.configuration.revision").ShouldHaveSingleItem().Value.ShouldBe(1);
        Points("ambassador.destinations").ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            point => point.Value.ShouldBe(1), point => point.Attributes["cluster"].ShouldBe("api"));
        Points("ambassador.destinations.usable").ShouldHaveSingleItem().Value.ShouldBe(1);
        Points("ambassador.failures").Where(point => point.Attributes["reason"] != "no_route").ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            point => point.Value.ShouldBe(1), point => point.Attributes["reason"].ShouldBe("upstream_reset"), point => point.Attributes["cluster"].ShouldBe("api"));

        // Addresses come and go; none may leave a series behind.
        Points("http.client.request.duration").ShouldNotBeEmpty();
        Points("http.client.open_connections").ShouldNotBeEmpty();
        collector.Points.Where(point => point.Metric.StartsWith("http.client.", StringComparison.Ordinal))
            .ShouldAllBe(point => !point.Attributes.Keys.Any(key => key.StartsWith("server.", StringComparison.Ordinal) || key.StartsWith("network.peer", StringComparison.Ordinal)));

        OtlpPoint[] Points(string metric) => [.. collector.Points.Where(point => point.Metric == metric)];
    }

    [Fact]
    public async Task Logs_areExportedWithTheTraceOfTheirRequest()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset());
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(Setup(one, collector), (client, cancellation) => SendAsync(client, "/", cancellation));

        var failed = collector.Logs.Where(log => log.Body.StartsWith("GET / failed: upstream_reset", StringComparison.Ordinal)).ShouldHaveSingleItem();
        failed.TraceId.ShouldBe(TraceId);
        failed.Severity.ShouldBe("Warning");
        failed.Attributes["Reason"].ShouldBe("upstream_reset");
        collector.Spans.Single(span => span.Kind == OtlpSpan.Server).Attributes["error.type"].ShouldBe("upstream_reset");
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true", false, false, false)]
    [InlineData("OTEL_LOGS_EXPORTER", "none", true, true, false)]
    [InlineData("OTEL_TRACES_SAMPLER", "always_off", false, true, true)]
    public async Task Signal_switchedOff_isNotExported(string variable, string value, bool traces, bool metrics, bool logs)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(Setup(one, collector).With(variable, value), (client, cancellation) => SendAsync(client, "/", cancellation));

        (collector.Spans.Count > 0, collector.Points.Count > 0, collector.Logs.Count > 0).ShouldBe((traces, metrics, logs));
    }

    [Fact]
    public async Task Endpoint_ofOneSignal_exportsThatSignalAlone()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();
        var setup = Setup(one, collector).With("OTEL_EXPORTER_OTLP_ENDPOINT", "").With("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{collector.HttpAddress}/v1/traces");

        await RunAsync(setup, (client, cancellation) => SendAsync(client, "/", cancellation));

        collector.Spans.Count.ShouldBe(2);
        collector.Points.ShouldBeEmpty();
        collector.Logs.ShouldBeEmpty();
    }

    [Fact]
    public async Task Collector_thatNeverAnswers_holdsUpNeitherRequestsNorTheEnd()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var silent = ScriptedDestination.Start("silent", Reply.Hang());

        await RunAsync(
            new AmbassadorSetup()
                .With("AMBASSADOR_DESTINATIONS", $"{one.Address}")
                .With("OTEL_EXPORTER_OTLP_ENDPOINT", silent.Address.AbsoluteUri)
                .With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            (client, cancellation) => SendAsync(client, "/", cancellation));

        silent.RequestCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Metrics_areThereForPrometheus_withTheSdkSwitchedOff()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("OTEL_SDK_DISABLED", "true");
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (_, admin) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(admin);

        (await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).ShouldContain("ambassador_destinations{cluster=\"api\"} 1");
    }

    private static AmbassadorSetup Setup(ScriptedDestination one, OtlpReceiver collector, string protocol = "http/protobuf") => new AmbassadorSetup()
        .With("AMBASSADOR_DESTINATIONS", $"{one.Address}")
        .With("OTEL_EXPORTER_OTLP_ENDPOINT", protocol == "grpc" ? collector.GrpcAddress : collector.HttpAddress)
        .With("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);

    /// <summary>Runs it, lets it serve, and stops it: what it has not exported yet it exports then.</summary>
    private static async Task RunAsync(AmbassadorSetup setup, Func<HttpClient, CancellationToken, Task> use)
    {
        using (setup)
        {
            await using var process = AmbassadorProcess.Start(setup, "run");
            var (data, admin) = await AmbassadorProcess.WaitForAddressesAsync(process);
            using var probe = PlainClient.Create(admin);
            (await probe.GetStringAsync("/livez", TestContext.Current.CancellationToken)).ShouldNotBeEmpty();
            using (var client = PlainClient.Create(data))
            {
                await use(client, TestContext.Current.CancellationToken);
            }

            process.Signal(Terminate);
            (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
        }
    }

    private static async Task SendAsync(HttpClient client, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", TraceParent);
        using var response = await client.SendAsync(request, cancellation);
    }
}
