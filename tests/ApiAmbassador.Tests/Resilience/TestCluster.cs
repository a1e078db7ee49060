using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Balancing;
using ApiAmbassador.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>What is remembered of a cluster, with breakers that open and close at a word.</summary>
internal sealed class TestCluster : IDisposable
{
    private static readonly Outcome s_failure = new(Verdict.Failure, IsError: true, IsConnectFailure: true), s_success = new(Verdict.Success, IsError: false);

    private readonly Meters _meters = new();
    private readonly Standings _standings;

    public TestCluster(int destinations)
    {
        All = [.. Enumerable.Range(0, destinations).Select(i => Pools.Destination($"{i}"))];
        _standings = new Standings(Time);
        var cluster = new ClusterState("api") { DestinationsState = new ClusterDestinationsState(All, All) };
        Cluster = new ClusterResilience(cluster, _standings, new Nobody(), _meters, Time, new Random(1), new Timeline(Time), NullLogger.Instance);
    }

    public static ClusterSnapshot Settings { get; } =
        new(new ClusterConfig { ClusterId = "api" }, ProbeRule.Create(new ActiveHealthCheckOptions(), yarpThreshold: null), new CircuitBreakerOptions(), new RetryBudgetOptions(), new LimitsOptions(), TimeSpan.FromSeconds(2));

    public FakeTime Time { get; } = new();

    public DestinationState[] All { get; }

    public ClusterResilience Cluster { get; }

    /// <summary>Lets a destination fail until its breaker opens.</summary>
    public void Open(int index)
    {
        var known = Cluster.Of(All[index]);
        while (!known.Breaker.IsOpen)
        {
            Cluster.Report(known, Settings, Admission.Closed, s_failure, failure: null);
        }
    }

    /// <summary>Its break is over, and it answers the trial.</summary>
    public void Close(int index)
    {
        var known = Cluster.Of(All[index]);
        Time.Advance(known.Breaker.TimeToTrial);
        known.Breaker.TryEnter(Settings.CircuitBreaker).ShouldBe(Admission.Trial);
        Cluster.Report(known, Settings, Admission.Trial, s_success, failure: null);
        known.Breaker.IsOpen.ShouldBeFalse();
    }

    /// <summary>Only these may be asked from now on; who was not among them before comes to them.</summary>
    public void Enter(params int[] indices) => _standings.Enter(All, [.. indices.Select(index => All[index])]);

    public void Dispose()
    {
        Cluster.Dispose();
        _meters.Dispose();
    }

    private sealed class Nobody : IClusterDestinationsUpdater
    {
        public void UpdateAllDestinations(ClusterState cluster) => throw new NotSupportedException();

        public void UpdateAvailableDestinations(ClusterState cluster) => throw new NotSupportedException();
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            _made.Add(new Meter(options));
            return _made[^1];
        }

        public void Dispose() => _made.ForEach(meter => meter.Dispose());
    }
}
