using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Instances that refuse the connection use up no attempt while there is one that was not asked yet.</summary>
public class RefusedInstancesTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task FourOfFive_thatHaveJustEnded_costNoRequest_thoughThereAreThreeAttempts(string method)
    {
        var all = Enumerable.Range(0, 5).Select(i => ScriptedDestination.Start($"d{i}", Reply.Ok($"d{i}"))).ToArray();
        try
        {
            foreach (var gone in all[..4])
            {
                await gone.StopListeningAsync();
            }

            using var setup = new AmbassadorSetup().WithCluster("\"LoadBalancingPolicy\": \"FirstAlphabetical\"", [.. all.Select((one, i) => ($"d{i}", one.Address))]);
            await using var ambassador = await RunningAmbassador.StartAsync(setup);

            using var response = await ambassador.SendAsync(method, "/");

            ((int)response.StatusCode).ShouldBe(200);
            all[4].Requests.Count.ShouldBe(1);
        }
        finally
        {
            foreach (var destination in all)
            {
                await destination.DisposeAsync();
            }
        }
    }
}
