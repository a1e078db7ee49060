using System.Net.Http.Headers;
using System.Text.Json;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>What a caller is told where we could not serve.</summary>
public class FailureTests
{
    public static TheoryData<string, int, string, string> Faults => new()
    {
        { "close", 502, "upstream_reset", "connection_terminated" },
        { "reset", 502, "upstream_reset", "connection_terminated" },
        { "reset-in-head", 502, "upstream_reset", "connection_terminated" },
        { "garbage", 502, "upstream_protocol_error", "http_protocol_error" },
        { "oversize", 502, "response_headers_too_large", "http_response_header_section_size" },
        { "refused", 502, "connection_refused", "connection_refused" },
        { "hang", 504, "upstream_timeout", "http_response_timeout" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_ofTheDestination_isToldWithItsReason(string fault, int status, string reason, string token)
    {
        await using var one = ScriptedDestination.Start("one", Script(fault));
        if (fault == "refused")
        {
            await one.StopListeningAsync();
        }

        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """ "HttpRequest": { "ActivityTimeout": "00:00:00.500" } """, ("one", one.Address)));

        using var response = await ambassador.Client.GetAsync("/", TestContext.Current.CancellationToken);
        var body = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).RootElement;

        ((int)response.StatusCode).ShouldBe(status);
        body.GetProperty("reason").GetString().ShouldBe(reason);
        body.GetProperty("status").GetInt32().ShouldBe(status);
        response.Headers.GetValues("Proxy-Status").ShouldHaveSingleItem().ShouldStartWith($"ambassador; error={token}; details=\"{reason}\"; next-hop=\"one\"; attempt=");
    }

    [Fact]
    public async Task Fault_forAGrpcCaller_isAGrpcStatus()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset());
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        using var content = new ByteArrayContent(new byte[5]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await ambassador.Client.PostAsync("/shop.Orders/Get", content, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(200);
        response.Headers.GetValues("grpc-status").ShouldBe(["14"]);
    }

    [Fact]
    public async Task DestinationsOwnError_passesUntouched()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Status(503, retryAfter: 7).WithBody("closed today"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        using var response = await ambassador.Client.GetAsync("/", TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(503);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("closed today");
        response.Headers.Contains("Proxy-Status").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    public async Task DataPort_adminPathsWithAnyHost_areNotServed(string path)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            """
            { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "/api" } } },
                                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } } } } } }
            """,
            ("one", one.Address)));

        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = ambassador.Admin.BaseAddress!.Authority;
        using var response = await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(404);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("no_route");
    }

    private static Reply Script(string fault) => fault switch
    {
        "close" => Reply.Close(),
        "reset" => Reply.Reset(),
        "reset-in-head" => Reply.Ok().ResetInHead(),
        "garbage" => Reply.Garbage(),
        "oversize" => Reply.OversizeHeaders(100_000),
        "hang" => Reply.Hang(),
        _ => Reply.Ok(),
    };
}
