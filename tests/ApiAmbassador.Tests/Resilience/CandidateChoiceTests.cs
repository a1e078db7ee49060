using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Health;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Balancing;
using ApiAmbassador.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>Whom first attempts choose among while breakers are open: balancers know lists by reference, and start anew with each that they have not seen.</summary>
public sealed class CandidateChoiceTests : IDisposable
{
    private static readonly Outcome s_failure = new(Verdict.Failure, IsError: true, IsConnectFailure: true);

    private readonly FakeTime _time = new();
    private readonly Meters _meters = new();
    private readonly DestinationState[] _all = [.. Enumerable.Range(0, 3).Select(i => Pools.Destination($"{i}"))];
    private readonly ClusterResilience _cluster;
    private readonly CircuitBreakerOptions _options = new();

    public CandidateChoiceTests()
    {
        var cluster = new ClusterState("api") { DestinationsState = new ClusterDestinationsState(_all, _all) };
        _cluster = new ClusterResilience(cluster, new Standings(_time), new Nobody(), _meters, _time, new Random(1), new Timeline(_time), NullLogger.Instance);
    }

    public void Dispose()
    {
        _cluster.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void Nothing_open_isTheListItself()
    {
        IsSame(Candidates(), _all).ShouldBeTrue();
    }

    [Fact]
    public void One_open_isLeftOut_andTheListStaysTheSame()
    {
        Open(1);

        var first = Candidates();

        Ids(first).ShouldBe("0 2");
        IsSame(Candidates(), first).ShouldBeTrue();
    }

    [Fact]
    public void Two_open_areLeftOut()
    {
        Open(1);
        _ = Candidates();
        Open(2);

        Ids(Candidates()).ShouldBe("0");
    }

    [Fact]
    public void Break_thatIsOver_bringsTheListItselfBack_untilSomebodyHasTheTrial()
    {
        Open(1);
        _ = Candidates();

        _time.Advance(_cluster.Of(_all[1]).Breaker.TimeToTrial);
        IsSame(Candidates(), _all).ShouldBeTrue();

        _cluster.Of(_all[1]).Breaker.TryEnter(_options).ShouldBe(Admission.Trial);
        Ids(Candidates()).ShouldBe("0 2");
    }

    [Fact]
    public void Breaks_thatEndOneByOne_bringBackOneByOne()
    {
        Open(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Open(2);
        Ids(Candidates()).ShouldBe("0");

        _time.Advance(_cluster.Of(_all[1]).Breaker.TimeToTrial);

        Ids(Candidates()).ShouldBe("0 1");
    }

    [Fact]
    public void One_thatOpens_whenAnothersBreakIsOver_takesItsPlace()
    {
        Open(1);
        Ids(Candidates()).ShouldBe("0 2");
        _time.Advance(_cluster.Of(_all[1]).Breaker.TimeToTrial);
        Open(2);

        Ids(Candidates()).ShouldBe("0 1");
    }

    [Fact]
    public void Open_oneOfAnotherGroup_leavesThisOnesListAlone()
    {
        DestinationState[] group = [_all[0], _all[2]];
        Open(1);

        IsSame(Candidates(group), group).ShouldBeTrue();
        Ids(Candidates()).ShouldBe("0 2");
        IsSame(Candidates(group), group).ShouldBeTrue();
    }

    [Fact]
    public void All_openAndRefusing_isNobody()
    {
        Open(0);
        Open(1);
        Open(2);

        CandidateChoice.Of(_all, [], _cluster, requestsMax: null).Kind.ShouldBe(CandidateKind.Refusing);
    }

    [Fact]
    public void Full_onesAreLeftOut_whereOneWasPickedInVain()
    {
        Fill(1);
        Ids(CandidateChoice.Of(_all, [], _cluster, requestsMax: 1).Destinations).ShouldBe("0 2");
        Ids(CandidateChoice.Of(_all, [], _cluster, requestsMax: 2).Destinations).ShouldBe("0 1 2");
        IsSame(Candidates(), _all).ShouldBeTrue();

        Fill(0);
        Fill(2);
        CandidateChoice.Of(_all, [], _cluster, requestsMax: 1).Kind.ShouldBe(CandidateKind.Full);
    }

    [Fact]
    public void Session_atOneThatIsOpen_hasNobodyElse()
    {
        Open(1);

        CandidateChoice.Of(_all[1], [], _cluster, requestsMax: null).Kind.ShouldBe(CandidateKind.Refusing);
        CandidateChoice.Of(_all[0], [], _cluster, requestsMax: null).Kind.ShouldBe(CandidateKind.Fresh);
    }

    [Fact]
    public void Pool_ofTheSameCandidates_isMadeOnce_whileOthersAreTriedAgain()
    {
        Open(1);
        var pool = _cluster.PoolOf(Candidates());

        for (var i = 0; i < 10; i++)
        {
            _ = _cluster.PoolOf(CandidateChoice.Of(_all, [_all[0]], _cluster, requestsMax: null).Destinations);

            ReferenceEquals(_cluster.PoolOf(Candidates()), pool).ShouldBeTrue();
        }
    }

    /// <summary>Asked here, because a destination is a list of itself, of which messages about it would find no end.</summary>
    private static bool IsSame(IReadOnlyList<DestinationState> one, IReadOnlyList<DestinationState> other) => ReferenceEquals(one, other);

    private static string Ids(IReadOnlyList<DestinationState> destinations) => string.Join(' ', destinations.Select(destination => destination.DestinationId));

    private IReadOnlyList<DestinationState> Candidates(IReadOnlyList<DestinationState>? available = null)
    {
        var choice = CandidateChoice.Of(available ?? _all, [], _cluster, requestsMax: null);
        choice.Kind.ShouldBe(CandidateKind.Fresh);
        return choice.Destinations;
    }

    private void Fill(int index) => _cluster.Limit.TryTakeSlot(_cluster.Of(_all[index]).Slots).ShouldBeTrue();

    private void Open(int index)
    {
        var known = _cluster.Of(_all[index]);
        while (known.Breaker.Report(_options, Admission.Closed, s_failure, othersServe: true) != BreakerChange.Opened)
        {
            // The next failure.
        }

        _cluster.Refresh();
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
