using System.Collections.Concurrent;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's own health policies, active and passive, and what it does when nobody is healthy (<c>health.json</c>).</summary>
public sealed class YarpHealthTests : IAsyncLifetime
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", request => Reply.Status(request.Target == "/sick" ? 500 : 200).WithBody("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));
    private readonly ScriptedDestination _probed = ScriptedDestination.Start("probed", Reply.Ok());
    private RunningAmbassador _ambassador = null!;

    public async ValueTask InitializeAsync() => _ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithRouteFile(
        "health.json", ("one", _one.Address), ("two", _two.Address), ("probed", _probed.Address)));

    [Fact]
    public async Task ConsecutiveFailures_withAThresholdOfThree_takesOutAtTheThirdFailedProbe()
    {
        await Eventually.SeesAsync(() => HealthOf("active"), health => health == DestinationHealth.Healthy);

        // The health at the arrival of each failing probe is what the probes before it made of it. Probes go on while the ambassador stops, which can say nothing then.
        var destination = Cluster("active").Destinations["one"];
        var healthAtFailure = new ConcurrentQueue<DestinationHealth>();
        _probed.AnswerWith(_ =>
        {
            healthAtFailure.Enqueue(destination.Health.Active);
            return Reply.Status(500);
        });
        await _probed.WaitForAsync(_ => healthAtFailure.Count > 3);

        healthAtFailure.Take(4).ShouldBe([DestinationHealth.Healthy, DestinationHealth.Healthy, DestinationHealth.Healthy, DestinationHealth.Unhealthy]);
        (await StatusAsync("/active")).ShouldBe(503);
        (_probed.Requests[0].Target, _probed.Requests[0].Header("Host")).ShouldBe(("/active-health", "inner.example"));

        // And one good probe brings it back; with our own policy it would be two.
        var healthAtSuccess = new ConcurrentQueue<DestinationHealth>();
        _probed.AnswerWith(_ =>
        {
            healthAtSuccess.Enqueue(destination.Health.Active);
            return Reply.Ok();
        });
        await _probed.WaitForAsync(_ => healthAtSuccess.Count > 1);
        healthAtSuccess.Take(2).ShouldBe([DestinationHealth.Unhealthy, DestinationHealth.Healthy]);
        (await StatusAsync("/active")).ShouldBe(200);
        _one.Requests.Last(request => request.Target == "/active").Header("Host").ShouldBe("inner.example"); // Others are probes of other clusters.
    }

    [Fact]
    public async Task TransportFailureRate_destinationThatResets_isTakenOutAfterTenRequests()
    {
        _two.AnswerWith(Reply.Reset());
        await Eventually.SeesAsync(_ => AnswersAsync(), answers => answers.Keys.SequenceEqual(["one"]));

        // Ten is YARP's smallest number to judge by; for how long is the file's to say, and a minute at least, so no test waits for it.
        _two.RequestCount.ShouldBeInRange(10, 12);
        Cluster("passive").Model.Config.HealthCheck!.Passive!.ReactivationPeriod.ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData("panic", 200)]
    [InlineData("strict", 503)]
    public async Task AvailableDestinationsPolicy_nobodyHealthy_everybodyOrNobodyGetsTheRequest(string cluster, int status)
    {
        await Eventually.SeesAsync(() => HealthOf(cluster), health => health == DestinationHealth.Unhealthy);

        (await StatusAsync($"/{cluster}")).ShouldBe(status);
    }

    public async ValueTask DisposeAsync()
    {
        await _ambassador.DisposeAsync();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _probed.DisposeAsync();
    }

    private Task<Dictionary<string, int>> AnswersAsync() =>
        _ambassador.CountAnswersAsync(4, create: _ => new HttpRequestMessage(HttpMethod.Get, "/passive"));

    private async Task<int> StatusAsync(string target)
    {
        using var response = await _ambassador.SendAsync("GET", target);
        return response.Status();
    }

    private DestinationHealth HealthOf(string cluster) => Cluster(cluster).Destinations["one"].Health.Active;

    private ClusterState Cluster(string id) =>
        _ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster(id, out var cluster) ? cluster : throw new KeyNotFoundException(id);
}
