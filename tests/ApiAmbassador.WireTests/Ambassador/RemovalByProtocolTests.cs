using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Draining and removal where requests share a connection (HTTP/2), and where it is not plain (TLS).</summary>
public sealed class RemovalByProtocolTests : IDisposable
{
    private readonly AmbassadorSetup _setup = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _setup.Dispose();

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("2", false)]
    [InlineData("2", true)]
    public async Task Removed_requestInFlight_finishes_thenTheConnectionCloses(string version, bool tls)
    {
        using var certificate = TestCertificate.Create();
        await using var one = await StartAsync("one");
        await using var two = await StartAsync("two");
        await using var ambassador = await RunningAmbassador.StartAsync(With(version, two));
        var slow = ambassador.GetAsync("/slow");
        await two.WaitForRequestsAsync(1);
        await ambassador.CountAnswersAsync(10, atOnce: 3);

        With(version, one);
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");

        var before = two.Requests.Count;
        (await ambassador.CountAnswersAsync(20, atOnce: 3)).ShouldBe(new Dictionary<string, int> { ["one"] = 20 });
        two.Requests.Count.ShouldBe(before);
        slow.IsCompleted.ShouldBeFalse();
        _gate.SetResult();
        (await slow).ShouldBe("two");
        await two.WaitForConnectionsAsync(0);
        two.Requests.ShouldAllBe(request => request.Protocol == (version == "2" ? "HTTP/2" : "HTTP/1.1") && request.Tls.HasValue == tls);

        Task<KestrelDestination> StartAsync(string name) => KestrelDestination.StartAsync(
            version == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1, context => AnswerAsync(name, context), tls ? certificate : null);
    }

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("2", false)]
    [InlineData("2", true)]
    public async Task Drained_requestInFlight_finishes_andTheConnectionStays(string version, bool tls)
    {
        using var certificate = TestCertificate.Create();
        await using var one = await StartAsync("one");
        await using var two = await StartAsync("two");
        await using var ambassador = await RunningAmbassador.StartAsync(With(version, one, two));
        var slow = Enumerable.Range(0, 2).Select(_ => ambassador.GetAsync("/slow")).ToArray(); // One each: taken in turn.
        await one.WaitForRequestsAsync(1);
        await two.WaitForRequestsAsync(1);

        await ambassador.SayAsync($"api/at{two.Address.Port}", "drain");

        (await ambassador.CountAnswersAsync(20, atOnce: 3)).ShouldBe(new Dictionary<string, int> { ["one"] = 20 });
        two.Requests.Count.ShouldBe(1);
        _gate.SetResult();
        (await Task.WhenAll(slow)).ShouldBe(["one", "two"], ignoreOrder: true);
        two.ConnectionsOpen.ShouldBe(1); // It may be taken back any moment.

        Task<KestrelDestination> StartAsync(string name) => KestrelDestination.StartAsync(
            version == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1, context => AnswerAsync(name, context), tls ? certificate : null);
    }

    [Fact]
    public async Task Removed_streamOverHttp2_isCutAtDrainTimeout()
    {
        await using var one = await KestrelDestination.StartAsync(HttpProtocols.Http2, context => AnswerAsync("one", context));
        await using var two = await KestrelDestination.StartAsync(HttpProtocols.Http2, async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await _gate.Task.WaitAsync(context.RequestAborted);
        });
        _setup.With("Ambassador__DrainTimeout", "00:00:01.500");
        await using var ambassador = await RunningAmbassador.StartAsync(With("2", two));
        using var response = await ambassador.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.Status().ShouldBe(200);

        With("2", one);

        await Should.ThrowAsync<HttpRequestException>(response.TextAsync());
        await two.WaitForConnectionsAsync(0);
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    private async Task AnswerAsync(string name, HttpContext context)
    {
        if (context.Request.Path == "/slow")
        {
            await _gate.Task.WaitAsync(context.RequestAborted);
        }

        await context.Response.WriteAsync(name);
    }

    private AmbassadorSetup With(string version, params KestrelDestination[] destinations) => _setup.WithCluster(
        $$"""
        "LoadBalancingPolicy": "RoundRobin", "HttpClient": { "DangerousAcceptAnyServerCertificate": true },
        "HttpRequest": { "Version": "{{version}}", "VersionPolicy": "RequestVersionExact" }
        """,
        [.. destinations.Select(destination => ($"at{destination.Address.Port}", destination.Address))]);
}
