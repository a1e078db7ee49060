using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>An instance dies under load, without a word.</summary>
public class KilledInstanceTests
{
    private const int Requests = 4_000;

    [Theory]
    [InlineData("")]
    [InlineData(""" "LoadBalancingPolicy": "RoundRobin" """)]
    public async Task InstanceIsKilledUnderLoad_noIdempotentRequestFails(string settings)
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        await using var ambassador = await RunningAmbassador.StartAsync(
            new AmbassadorSetup().WithCluster(settings, ("one", one.Address), ("two", two.Address), ("three", three.Address)));
        var sent = 0;
        var quarter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var killing = KillAsync();

        var counts = await ambassador.CountAnswersAsync(Requests, atOnce: 16, create: _ =>
        {
            if (Interlocked.Increment(ref sent) == Requests / 4)
            {
                quarter.TrySetResult();
            }

            return new HttpRequestMessage(HttpMethod.Get, "/");
        });

        // Whatever is no instance's line would be a failure of ours.
        await killing;
        counts.Keys.Order().ShouldBe(["one\n", "three\n", "two\n"]);
        counts.Values.Sum().ShouldBe(Requests);
        counts["one\n"].ShouldBeLessThan(Requests / 3);

        async Task KillAsync()
        {
            await quarter.Task;
            await one.KillAsync();
        }
    }
}
