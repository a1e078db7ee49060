using ApiAmbassador.Balancing;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>Which group of destinations a first attempt goes to: the share of the second one, where the first has one or two.</summary>
public sealed class FirstGroupTests : IDisposable
{
    private static readonly TimeSpan s_slowStart = TimeSpan.FromMinutes(1);

    private readonly TestCluster _test = new(destinations: 3);

    public FirstGroupTests() => _test.Enter(0, 1, 2);

    public void Dispose() => _test.Dispose();

    [Fact]
    public void One_ofTwoOpen_theOtherCarriesAll_bothOpen_theSecondGroupDoes()
    {
        var groups = Groups(first: 2);
        SecondsShare(groups).ShouldBe(0);

        _test.Open(0);
        SecondsShare(groups).ShouldBe(0);

        _test.Open(1);
        SecondsShare(groups).ShouldBe(1);
    }

    [Fact]
    public void One_thatComesBack_carriesMoreAndMore_thoughItWasKnownToBeWarm()
    {
        var groups = Groups(first: 1);
        SecondsShare(groups).ShouldBe(0);

        _test.Open(0);
        _test.Close(0);
        SecondsShare(groups).ShouldBe(0.9, 0.05);

        _test.Time.Advance(s_slowStart / 2);
        SecondsShare(groups).ShouldBe(0.5, 0.05);

        _test.Time.Advance(s_slowStart / 2);
        SecondsShare(groups).ShouldBe(0);
    }

    [Fact]
    public void One_thatWarmsUp_whenItsBreakerOpens_isNotTakenForWarm()
    {
        var groups = Groups(first: 1);
        _test.Enter(1, 2);
        _test.Enter(0, 1, 2);

        // While it is open nobody of its group is left to be looked at.
        _test.Open(0);
        SecondsShare(groups).ShouldBe(1);

        _test.Time.Advance(_test.Cluster.Of(_test.All[0]).Breaker.TimeToTrial);
        SecondsShare(groups).ShouldBeInRange(0.1, 0.99);
    }

    private PriorityGroup[] Groups(int first) => [new([.. _test.All.Take(first)], SpillRule.Needed(first)), new([.. _test.All.Skip(first)], SpillRule.Needed(3 - first))];

    private double SecondsShare(PriorityGroup[] groups) => Enumerable.Range(0, 1000).Count(_ => _test.Cluster.FirstGroup(groups, s_slowStart) == 1) / 1000.0;
}
