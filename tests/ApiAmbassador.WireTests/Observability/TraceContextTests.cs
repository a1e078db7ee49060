using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>W3C trace context and baggage on their way to the destination.</summary>
public class TraceContextTests
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", TraceState = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

    public static TheoryData<string> Baggages =>
    [
        "userId=alice,tenant=7",
        "userId=Am%C3%A9lie,serverNode=DF%2028;note=1;flag",
        string.Join(',', Enumerable.Range(0, 100).Select(i => $"key{i}={i}")),
        "not baggage at all",
    ];

    [Theory]
    [MemberData(nameof(Baggages))]
    public async Task WithoutAnExporter_everythingPassesUnchanged(string baggage)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        await SendAsync(ambassador.Client, baggage);

        var received = one.Requests.ShouldHaveSingleItem();
        received.Header("traceparent").ShouldBe(TraceParent);
        received.Header("tracestate").ShouldBe(TraceState);
        received.Header("baggage").ShouldBe(baggage);
    }

    [Fact]
    public async Task WithoutAnExporter_callerWithoutATrace_getsNone()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        await ambassador.GetAsync();

        one.Requests.ShouldHaveSingleItem().Headers.ShouldNotContain(header => header.Key.StartsWith("trace", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task WithAnExporter_theParentIsOursAndTheRestUnchanged()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();
        using var setup = new AmbassadorSetup()
            .With("AMBASSADOR_DESTINATIONS", $"{one.Address}")
            .With("OTEL_EXPORTER_OTLP_ENDPOINT", collector.HttpAddress)
            .With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);

        foreach (var row in Baggages)
        {
            await SendAsync(client, row.Data);

            var received = one.Requests[^1];
            received.Headers.Count(header => header.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase)).ShouldBe(1);
            received.Header("traceparent")!.ShouldStartWith(TraceParent[..36]);
            received.Header("traceparent").ShouldNotBe(TraceParent);
            received.Header("tracestate").ShouldBe(TraceState);
            received.Header("baggage").ShouldBe(row.Data);
        }
    }

    private static async Task SendAsync(HttpClient client, string baggage)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("traceparent", TraceParent);
        request.Headers.TryAddWithoutValidation("tracestate", TraceState);
        request.Headers.TryAddWithoutValidation("baggage", baggage);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
