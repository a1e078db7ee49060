using System.Globalization;
using ApiAmbassador.Balancing;
using ApiAmbassador.Tests.Support;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Balancing;

/// <summary>Pools for tests of choices.</summary>
internal static class Pools
{
    /// <summary>The clock of their estimates.</summary>
    public static FakeTime Time { get; } = new();

    /// <summary>A pool of destinations named from 0, by their weights.</summary>
    public static Pool Of(params double[] weights) => Of(weights.Select((weight, i) => (Destination($"{i}", weight), weight)));

    /// <summary>A pool of these.</summary>
    public static Pool Of(IEnumerable<(DestinationState State, double Weight)> destinations)
    {
        var members = destinations.Select(item => new PoolMember(item.State, new LatencyEstimate(Time), item.Weight)).ToArray();
        return new Pool(members);
    }

    /// <summary>A destination.</summary>
    public static DestinationState Destination(string id, double weight = 1) => new(id, new DestinationModel(new DestinationConfig
    {
        Address = "http://" + id,
        Metadata = new Dictionary<string, string> { [DestinationWeight.MetadataKey] = weight.ToString(CultureInfo.InvariantCulture) },
    }));

    /// <summary>How often each is picked.</summary>
    public static int[] Count(Pool pool, int picks, Func<int> pick)
    {
        var counts = new int[pool.Members.Length];
        for (var i = 0; i < picks; i++)
        {
            counts[pick()]++;
        }

        return counts;
    }
}
