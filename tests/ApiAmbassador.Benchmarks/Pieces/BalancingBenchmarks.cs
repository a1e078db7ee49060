using ApiAmbassador.Balancing;
using BenchmarkDotNet.Attributes;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Benchmarks.Pieces;

/// <summary>A pick, and what is learned when headers come.</summary>
[MemoryDiagnoser]
public class BalancingBenchmarks
{
    private readonly LatencyEstimate _estimate = new(TimeProvider.System);
    private Pool _pool = null!;
    private HashTable _table = null!;
    private WeightedRotation.Lineup _rotation = null!;
    private long _now;

    [Params(3, 100)]
    public int Destinations { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _now = TimeProvider.System.GetTimestamp();
        var states = Enumerable.Range(0, Destinations).Select(i => new DestinationState($"api-{i}", new DestinationModel(new DestinationConfig()))).ToArray();
        _pool = new Pool([.. states.Select(state => new PoolMember(state, new LatencyEstimate(TimeProvider.System), 1))]);
        _table = new HashTable(states);
        _rotation = new WeightedRotation().LineUp([.. states.Select((_, i) => (new WeightedRotation.Runner(), 1.0 + (i % 2)))]);
        foreach (var member in _pool.Members)
        {
            member.State.ConcurrentRequestCount = 2;
            member.Latency.Learn(_now - (TimeProvider.System.TimestampFrequency / 100), _now, hasAnswered: true);
        }

        // Reads decay: a second has passed.
        _now += TimeProvider.System.TimestampFrequency;
    }

    [Benchmark]
    public int PeakEwma() => PeakEwmaChoice.Pick(_pool, _now, Random.Shared);

    [Benchmark]
    public int LeastRequests() => LeastRequestsChoice.Pick(_pool, Random.Shared);

    [Benchmark]
    public int WeightedRoundRobin() => _rotation.Next();

    [Benchmark]
    public int ConsistentHash() => _table.Pick(_pool, "user-123456");

    /// <summary>What every attempt pays beside the clock: that it waits, that it waits no longer, and for how long it has.</summary>
    [Benchmark]
    public void Learn()
    {
        _now += 1_000_000;
        _estimate.Begin();
        _estimate.End();
        _estimate.Learn(_now - 900_000, _now, hasAnswered: true);
    }
}
