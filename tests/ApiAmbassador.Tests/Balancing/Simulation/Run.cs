using ApiAmbassador.Balancing;
using ApiAmbassador.Tests.Support;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>One run of a scenario: events in their order, seconds that pass in no time.</summary>
internal sealed class Run
{
    private static readonly TimeProvider s_clock = new FakeTime();

    private readonly Random _random;
    private readonly Policy _policy;
    private readonly SimulatedServer[] _servers;
    private readonly DestinationState[] _states;
    private readonly LatencyEstimate[] _latencies;
    private readonly PriorityQueue<Pending, double> _pending = new();
    private readonly List<Answer> _answers = [];
    private Pool _pool;
    private int[] _serverOf = [];
    private double _joins;
    private int _turn;

    private Run(Scenario scenario, Policy policy, int seed)
    {
        (_random, _policy, _servers) = (new Random(seed), policy, scenario.Servers());
        _latencies = [.. _servers.Select(_ => new LatencyEstimate(s_clock))];
        _states = [.. _servers.Select((server, i) => new DestinationState($"{i}", new DestinationModel(new DestinationConfig())) { ConcurrentRequestCount = server.WebSockets })];
        (_pool, _joins) = (PoolAt(0), _servers[0].JoinsAt > 0 ? _servers[0].JoinsAt : double.MaxValue);
    }

    /// <summary>Runs it.</summary>
    public static Outcome Of(Scenario scenario, Policy policy, int seed)
    {
        var run = new Run(scenario, policy, seed);
        run.Go(scenario);
        return new Outcome(scenario, policy, seed, run._servers.Length, run._answers);
    }

    private static long Stamp(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    private void Go(Scenario scenario)
    {
        for (double now = 0; now < scenario.Seconds; now -= Math.Log(1 - _random.NextDouble()) / scenario.Rate)
        {
            while (_pending.TryPeek(out _, out var due) && due <= now)
            {
                Finish(_pending.Dequeue());
            }

            if (now >= _joins)
            {
                (_pool, _joins) = (PoolAt(now), double.MaxValue);
            }

            var server = _serverOf[Pick(Stamp(now))];
            var (at, ok) = _servers[server].Take(now, scenario.Size(_random), _random);
            _latencies[server].Begin();
            _states[server].ConcurrentRequestCount++;
            _pending.Enqueue(new Pending(server, now, at, ok), at);
        }

        while (_pending.TryDequeue(out var pending, out _))
        {
            Finish(pending);
        }
    }

    private void Finish(Pending pending)
    {
        var (server, beganAt, at, ok) = pending;
        var latency = _latencies[server];
        latency.End();
        _states[server].ConcurrentRequestCount--;
        _answers.Add(new Answer(server, beganAt, at - beganAt, ok));
        if (ok)
        {
            latency.Learn(Stamp(beganAt), Stamp(at), hasAnswered: true, latency.IsKnown ? 0 : Others(server));
        }
        else
        {
            latency.Failed(Stamp(beganAt), Stamp(at), Others(server));
        }
    }

    private double Others(int server) =>
        _latencies.Where((latency, i) => i != server && latency is { IsKnown: true, HasFailed: false }).Select(latency => latency.Level).DefaultIfEmpty().Average();

    private Pool PoolAt(double now)
    {
        _serverOf = [.. Enumerable.Range(0, _servers.Length).Where(i => _servers[i].JoinsAt <= now)];
        var members = _serverOf.Select(i => new PoolMember(_states[i], _latencies[i], 1)).ToArray();
        return new Pool(members);
    }

    private int Pick(long now)
    {
        switch (_policy)
        {
            case Policy.PeakEwma:
                return PeakEwmaChoice.Pick(_pool, now, _random);
            case Policy.LeastRequests:
                return LeastRequestsChoice.Pick(_pool, _random);
            case Policy.PowerOfTwo when _pool.Members.Length > 1:
                var (first, second) = _pool.DrawTwo(_random);
                return _pool.Members[first].Load <= _pool.Members[second].Load ? first : second;
            default:
                return _turn++ % _pool.Members.Length;
        }
    }

    private readonly record struct Pending(int Server, double BeganAt, double At, bool Ok);
}
