using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>The spans of requests that do not go smoothly, as a collector gets them.</summary>
public class AttemptSpanTests
{
    private const int Terminate = 15;
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c", CallerId = "b7ad6b7169203331";

    [Fact]
    public async Task Request_triedAgain_hasAClientSpanForEachAttempt()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset());
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var three = ScriptedDestination.Start("three", Reply.Ok("three"));
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(collector, "", [("one", one.Address), ("two", two.Address), ("three", three.Address)], "01");

        var server = collector.Spans.Where(span => span.Kind == OtlpSpan.Server).ShouldHaveSingleItem();
        server.Attributes["ambassador.attempts"].ShouldBe("2");
        server.Attributes["ambassador.destination"].ShouldBe("three");
        server.Attributes.Keys.ShouldNotContain("ambassador.phase");
        var attempts = collector.Spans.Where(span => span.Kind == OtlpSpan.Client).ToArray();
        attempts.ShouldAllBe(span => span.ParentId == server.SpanId && span.TraceId == TraceId && span.Name == "GET");
        attempts.Select(Told).ShouldBe(
        [
            $"one 127.0.0.1:{one.Address.Port} resend - status - error upstream_reset phase headers",
            $"three 127.0.0.1:{three.Address.Port} resend 1 status 200 error - phase -",
        ]);
        server.Attributes["http.response.status_code"].ShouldBe("200");
        one.Requests.ShouldHaveSingleItem().Header("traceparent").ShouldBe($"00-{TraceId}-{attempts[0].SpanId}-01");
        three.Requests.ShouldHaveSingleItem().Header("traceparent").ShouldBe($"00-{TraceId}-{attempts[1].SpanId}-01");
    }

    [Fact]
    public async Task Request_thatFailsInMidBody_saysSoOnBothSpans()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok(new string('x', 1_000)).CloseInBody(afterBytes: 500));
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(collector, "", [("one", one.Address)], "01");

        collector.Spans.Count.ShouldBe(2);
        collector.Spans.ShouldAllBe(span => span.Attributes["error.type"] == "upstream_reset" && span.Attributes["ambassador.phase"] == "body"
            && span.Attributes["http.response.status_code"] == "200");
    }

    [Fact]
    public async Task CallersAttemptNumber_isNoResendOfOurs()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(collector, "", [("one", one.Address)], "01", ("Ambassador-Attempt", "3"));

        collector.Spans.ShouldAllBe(span => !span.Attributes.ContainsKey("http.request.resend_count"));
    }

    /// <summary>The caller decides; where nobody has decided we draw, and tell the destination what we drew.</summary>
    [Theory]
    [InlineData("0", "01", 2)]
    [InlineData("1", "00", 0)]
    [InlineData("0", null, 0)]
    [InlineData("1", null, 2)]
    public async Task Sampling_byParentAndRatio_isKeptAlongTheWay(string ratio, string? flags, int spans)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();

        await RunAsync(collector, ratio, [("one", one.Address)], flags);

        collector.Spans.Count.ShouldBe(spans);
        var received = one.Requests.ShouldHaveSingleItem().Header("traceparent").ShouldNotBeNull();
        received.ShouldEndWith(spans > 0 ? "-01" : "-00");
        if (flags == "00")
        {
            received.ShouldBe($"00-{TraceId}-{CallerId}-00");
        }
    }

    private static string Told(OtlpSpan span)
    {
        string Of(string name) => span.Attributes.GetValueOrDefault(name, "-");
        return $"{Of("ambassador.destination")} {Of("server.address")}:{Of("server.port")} resend {Of("http.request.resend_count")} " +
            $"status {Of("http.response.status_code")} error {Of("error.type")} phase {Of("ambassador.phase")}";
    }

    /// <summary>Sends one request through an ambassador that exports to the collector, and waits for its end.</summary>
    private static async Task RunAsync(
        OtlpReceiver collector, string ratio, (string Name, Uri Address)[] destinations, string? flags, params (string Name, string Value)[] headers)
    {
        using var setup = new AmbassadorSetup()
            .WithCluster(""" "LoadBalancingPolicy": "FirstAlphabetical" """, destinations)
            .With("OTEL_EXPORTER_OTLP_ENDPOINT", collector.HttpAddress)
            .With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        if (ratio.Length > 0)
        {
            setup.With("OTEL_TRACES_SAMPLER", "parentbased_traceidratio").With("OTEL_TRACES_SAMPLER_ARG", ratio);
        }

        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using (var client = PlainClient.Create(data))
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/orders?token=x"))
        {
            headers.ToList().ForEach(header => request.Headers.TryAddWithoutValidation(header.Name, header.Value));
            if (flags is not null)
            {
                request.Headers.Add("traceparent", $"00-{TraceId}-{CallerId}-{flags}");
            }

            try
            {
                (await client.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();
            }
            catch (HttpRequestException)
            {
                // A body that breaks off.
            }
        }

        process.Signal(Terminate);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }
}
