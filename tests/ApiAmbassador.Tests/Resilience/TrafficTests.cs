using System.Collections.Frozen;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

public class TrafficTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Steady_traffic_has_its_rate_whenever_one_looks()
    {
        var traffic = Steady(milliseconds: 8000);

        for (var i = 0; i < 20; i++)
        {
            traffic.PerSecond(_time.GetTimestamp()).ShouldBe((100, 10), tolerance: 1);
            Move(traffic, milliseconds: 37);
        }
    }

    [Fact]
    public void Young_traffic_is_divided_by_its_age_and_at_least_by_a_second()
    {
        Steady(milliseconds: 100).PerSecond(_time.GetTimestamp()).ShouldBe((10, 1), tolerance: 0.01);
        Steady(milliseconds: 2000).PerSecond(_time.GetTimestamp()).ShouldBe((100, 10), tolerance: 0.01);
    }

    [Fact]
    public void What_ended_is_forgotten_after_the_window()
    {
        var traffic = Steady(milliseconds: 8000);
        _time.Advance(Traffic.Window / 2);
        traffic.PerSecond(_time.GetTimestamp()).ShouldBe((50, 5), tolerance: 5);
        _time.Advance(Traffic.Window);

        traffic.PerSecond(_time.GetTimestamp()).ShouldBe((0, 0));
    }

    [Fact]
    public void Routes_that_are_gone_are_forgotten_and_case_does_not_count()
    {
        var routes = new RouteTraffic(_time);
        routes.Of("Gone", Some("gone")).Count(_time.GetTimestamp());
        routes.Of("gone", Some("gone")).Count(_time.GetTimestamp());
        routes.PerSecond("GONE", _time.GetTimestamp()).ShouldBe(2);

        routes.Of("stays", Some("stays"));

        routes.PerSecond("gone", _time.GetTimestamp()).ShouldBe(0);
    }

    private static Snapshot Some(string route) => Snapshot.Empty with
    {
        Routes = FrozenDictionary.ToFrozenDictionary(
            [KeyValuePair.Create<string, RouteSnapshot>(route, null!)], StringComparer.OrdinalIgnoreCase),
    };

    private Traffic Steady(int milliseconds)
    {
        var traffic = new Traffic(_time);
        Move(traffic, milliseconds);
        return traffic;
    }

    /// <summary>One each ten milliseconds, of which each tenth fails.</summary>
    private void Move(Traffic traffic, int milliseconds)
    {
        for (var i = 1; i <= milliseconds; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            var at = _time.GetTimestamp();
            if (at / TimeSpan.TicksPerMillisecond % 10 == 0)
            {
                traffic.Count(at);
            }

            if (at / TimeSpan.TicksPerMillisecond % 100 == 0)
            {
                traffic.CountFailure(at);
            }
        }
    }
}

file static class RateAssertions
{
    public static void ShouldBe(this (double All, double Failed) rate, (double All, double Failed) expected, double tolerance)
    {
        rate.All.ShouldBe(expected.All, tolerance);
        rate.Failed.ShouldBe(expected.Failed, tolerance);
    }
}
