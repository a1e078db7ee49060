using ApiAmbassador.Balancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Balancing;

public class RecentListsTests
{
    private readonly RecentLists<string> _recent = new();
    private readonly List<int> _made = [];
    private readonly IReadOnlyList<DestinationState>[] _lists = [.. Enumerable.Range(0, 5).Select(size => new DestinationState[size])];

    [Fact]
    public void Lists_inTurn_areMadeOnce()
    {
        Of(1).ShouldBe("of 1");
        Of(2).ShouldBe("of 2");
        Of(1).ShouldBe("of 1");
        Of(2).ShouldBe("of 2");

        _made.ShouldBe([1, 2]);
    }

    [Fact]
    public void Lists_thatAreEqual_areNotTheSame()
    {
        Of(1);
        _lists[1] = [.. _lists[1]];
        Of(1);

        _made.ShouldBe([1, 1]);
    }

    [Fact]
    public void One_thatIsUsedBetweenManyNewOnes_isNotForgotten()
    {
        for (var i = 1; i < 20; i++)
        {
            Of(0);
            _lists[1] = new DestinationState[1];
            Of(1);
        }

        _made.Count(size => size == 0).ShouldBe(1);
    }

    [Fact]
    public void Fifth_pushesOutWhoWasNotWantedForLongest()
    {
        foreach (var list in (int[])[0, 1, 2, 3, 0, 4])
        {
            Of(list);
        }

        _made.Clear();
        foreach (var list in (int[])[4, 0, 3, 2, 1])
        {
            Of(list);
        }

        _made.ShouldBe([1]);
    }

    private string Of(int list) => _recent.Of(_lists[list], _made, static (made, list) =>
    {
        made.Add(list.Count);
        return $"of {list.Count}";
    });
}
