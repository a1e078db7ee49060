using ApiAmbassador.Balancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Balancing;

public class WeightedRoundRobinPolicyTests
{
    /// <summary>Virtual time wraps around; who was away for half of that must not seem to be far ahead, although the list that he comes back with is an old one.</summary>
    [Fact]
    public void One_thatWasAwayForLong_hasItsTurns_whenTheSameListIsBack()
    {
        var policy = new WeightedRoundRobinPolicy();
        var cluster = new ClusterState("api");
        DestinationState[] both = [Pools.Destination("a"), Pools.Destination("b")];
        DestinationState[] one = [both[0]];
        Pick(both, 10).ShouldBe(5);

        Pick(one, 200_000).ShouldBe(0);

        Pick(both, 100).ShouldBeInRange(49, 51);

        int Pick(DestinationState[] list, int times) => Enumerable.Range(0, times).Count(_ => ReferenceEquals(policy.PickDestination(null!, cluster, list), both[1]));
    }
}
