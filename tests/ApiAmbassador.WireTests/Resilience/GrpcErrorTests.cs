using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Errors of gRPC come under the status 200. They are errors all the same.</summary>
public class GrpcErrorTests
{
    private const string InTurn = """
        "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" }, "LoadBalancingPolicy": "RoundRobin",
        "CircuitBreaker": { "ConsecutiveFailures": 3, "BreakDuration": "01:00:00", "BreakDurationMax": "01:00:00" }, "Outlier": { "ConsecutiveErrors": 0 }
        """;

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 0)]
    public async Task Server_thatIsUnavailable_isAskedNoMore(bool again, int errors)
    {
        var (bad, badAddress) = await NodeProgram.ServeAsync("grpc-server.js", "UNAVAILABLE");
        await using var _ = bad;
        var (good, goodAddress) = await NodeProgram.ServeAsync("grpc-server.js");
        await using var __ = good;
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithCluster(InTurn, ("bad", badAddress), ("good", goodAddress)).With("ReverseProxy__Routes__api__Retry__NonIdempotent", $"{again}"));

        var codes = await NodeProgram.RunAsync("grpc-unary.js", ambassador.Address, "20");

        codes.Count(code => code == "14").ShouldBe(errors);
        codes.Count(code => code == "0").ShouldBe(20 - errors);
        (await ambassador.Admin.GetStringAsync("/api/status", TestContext.Current.CancellationToken)).ShouldContain("\"open\"");
    }

    [Theory]
    [InlineData("13", "5xx", true)]
    [InlineData("13", "gateway-error", false)]
    [InlineData("8", "retriable-4xx", true)]
    [InlineData("4", "5xx", false)]
    [InlineData("5", "retriable-4xx", false)]
    public async Task Code_decidesWhetherThereIsAnotherAttempt(string code, string on, bool again)
    {
        await using var bad = await KestrelDestination.StartAsync(HttpProtocols.Http2, context =>
        {
            context.Response.Headers["grpc-status"] = code;
            return Task.CompletedTask;
        });
        await using var good = await KestrelDestination.StartAsync(HttpProtocols.Http2, context => context.Response.WriteAsync("good"));
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithCluster(InTurn, ("bad", bad.Address), ("good", good.Address)).With("ReverseProxy__Routes__api__Retry__On__0", on));

        var answers = new[] { await AnswerAsync(), await AnswerAsync() };

        answers.Order(StringComparer.Ordinal).ShouldBe(again ? ["good", "good"] : [$"code {code}", "good"]);

        async Task<string> AnswerAsync()
        {
            using var response = await ambassador.SendAsync("GET", "/");
            response.Status().ShouldBe(200);
            return response.Headers.TryGetValues("grpc-status", out var said) ? $"code {said.Single()}" : await response.TextAsync();
        }
    }
}
