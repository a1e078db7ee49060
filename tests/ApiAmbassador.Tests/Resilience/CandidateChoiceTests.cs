using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>Whom first attempts choose among while breakers are open: balancers know lists by reference, and start anew with each that they have not seen.</summary>
public sealed class CandidateChoiceTests : IDisposable
{
    private readonly TestCluster _test = new(destinations: 3);

    private ClusterResilience Cluster => _test.Cluster;

    private DestinationState[] All => _test.All;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Nothing_open_isTheListItself()
    {
        IsSame(Candidates(), All).ShouldBeTrue();
    }

    [Fact]
    public void One_open_isLeftOut_andTheListStaysTheSame()
    {
        _test.Open(1);

        var first = Candidates();

        Ids(first).ShouldBe("0 2");
        IsSame(Candidates(), first).ShouldBeTrue();
    }

    [Fact]
    public void Two_open_areLeftOut()
    {
        _test.Open(1);
        _ = Candidates();
        _test.Open(2);

        Ids(Candidates()).ShouldBe("0");
    }

    [Fact]
    public void Break_thatIsOver_bringsTheListItselfBack_untilSomebodyHasTheTrial()
    {
        _test.Open(1);
        _ = Candidates();

        _test.Time.Advance(Cluster.Of(All[1]).Breaker.TimeToTrial);
        IsSame(Candidates(), All).ShouldBeTrue();

        Cluster.Of(All[1]).Breaker.TryEnter(TestCluster.Settings.CircuitBreaker).ShouldBe(Admission.Trial);
        Ids(Candidates()).ShouldBe("0 2");
    }

    [Fact]
    public void Breaks_thatEndOneByOne_bringBackOneByOne()
    {
        _test.Open(1);
        _test.Time.Advance(TimeSpan.FromSeconds(1));
        _test.Open(2);
        Ids(Candidates()).ShouldBe("0");

        _test.Time.Advance(Cluster.Of(All[1]).Breaker.TimeToTrial);

        Ids(Candidates()).ShouldBe("0 1");
    }

    [Fact]
    public void One_thatOpens_whenAnothersBreakIsOver_takesItsPlace()
    {
        _test.Open(1);
        Ids(Candidates()).ShouldBe("0 2");
        _test.Time.Advance(Cluster.Of(All[1]).Breaker.TimeToTrial);
        _test.Open(2);

        Ids(Candidates()).ShouldBe("0 1");
    }

    [Fact]
    public void Open_oneOfAnotherGroup_leavesThisOnesListAlone()
    {
        DestinationState[] group = [All[0], All[2]];
        _test.Open(1);

        IsSame(Candidates(group), group).ShouldBeTrue();
        Ids(Candidates()).ShouldBe("0 2");
        IsSame(Candidates(group), group).ShouldBeTrue();
    }

    [Fact]
    public void All_openAndRefusing_isNobody()
    {
        _test.Open(0);
        _test.Open(1);
        _test.Open(2);

        CandidateChoice.Of(All, [], Cluster, requestsMax: null).Kind.ShouldBe(CandidateKind.Refusing);
    }

    [Fact]
    public void Full_onesAreLeftOut_whereOneWasPickedInVain()
    {
        Fill(1);
        Ids(CandidateChoice.Of(All, [], Cluster, requestsMax: 1).Destinations).ShouldBe("0 2");
        Ids(CandidateChoice.Of(All, [], Cluster, requestsMax: 2).Destinations).ShouldBe("0 1 2");
        IsSame(Candidates(), All).ShouldBeTrue();

        Fill(0);
        Fill(2);
        CandidateChoice.Of(All, [], Cluster, requestsMax: 1).Kind.ShouldBe(CandidateKind.Full);
    }

    [Fact]
    public void Session_atOneThatIsOpen_hasNobodyElse()
    {
        _test.Open(1);

        CandidateChoice.Of(All[1], [], Cluster, requestsMax: null).Kind.ShouldBe(CandidateKind.Refusing);
        CandidateChoice.Of(All[0], [], Cluster, requestsMax: null).Kind.ShouldBe(CandidateKind.Fresh);
    }

    [Fact]
    public void Pool_ofTheSameCandidates_isMadeOnce_whileOthersAreTriedAgain()
    {
        _test.Open(1);
        var pool = Cluster.PoolOf(Candidates());

        for (var i = 0; i < 10; i++)
        {
            _ = Cluster.PoolOf(CandidateChoice.Of(All, [All[0]], Cluster, requestsMax: null).Destinations);

            ReferenceEquals(Cluster.PoolOf(Candidates()), pool).ShouldBeTrue();
        }
    }

    /// <summary>Asked here, because a destination is a list of itself, of which messages about it would find no end.</summary>
    private static bool IsSame(IReadOnlyList<DestinationState> one, IReadOnlyList<DestinationState> other) => ReferenceEquals(one, other);

    private static string Ids(IReadOnlyList<DestinationState> destinations) => string.Join(' ', destinations.Select(destination => destination.DestinationId));

    private IReadOnlyList<DestinationState> Candidates(IReadOnlyList<DestinationState>? available = null)
    {
        var choice = CandidateChoice.Of(available ?? All, [], Cluster, requestsMax: null);
        choice.Kind.ShouldBe(CandidateKind.Fresh);
        return choice.Destinations;
    }

    private void Fill(int index) => Cluster.Limit.TryTakeSlot(Cluster.Of(All[index]).Slots).ShouldBeTrue();
}
