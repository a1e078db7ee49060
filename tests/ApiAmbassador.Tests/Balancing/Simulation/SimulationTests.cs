namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>What the policies promise, over several seeds; a margin that only one seed keeps is none.</summary>
public class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 4;

    [Theory]
    [InlineData(2, 200, 0.10)]
    [InlineData(3, 10, 0.10)]
    [InlineData(3, 300, 0.10)]
    [InlineData(10, 1_000, 0.05)]
    public void Even_pool_everybodyGetsAShare(int servers, double rate, double margin)
    {
        foreach (var outcome in Runs(Scenario.Even(servers, rate), Policy.PeakEwma))
        {
            for (var server = 0; server < servers; server++)
            {
                outcome.Share(server).ShouldBe(1.0 / servers, margin, $"{outcome}");
            }
        }
    }

    [Theory]
    [InlineData(3, 10, 0.02, 0.35)]
    [InlineData(3, 200, 0.02, 0.45)]
    [InlineData(10, 900, 0.01, 0.60)]
    public void Slow_one_getsLittle_andTheTailIsShorterThanByRequests(int servers, double rate, double share, double ratio)
    {
        var others = Runs(Scenario.Slow(servers, rate), Policy.LeastRequests).Average(outcome => outcome.Milliseconds(0.99, from: 2));
        foreach (var outcome in Runs(Scenario.Slow(servers, rate), Policy.PeakEwma))
        {
            outcome.Share(0, from: 2).ShouldBeLessThan(share, $"{outcome}");
            outcome.Milliseconds(0.99, from: 2).ShouldBeLessThan(ratio * others, $"{outcome}");
        }
    }

    [Fact]
    public void Slow_one_getsLittle_whereTheOthersAreSlowNowAndThen()
    {
        foreach (var outcome in Runs(Scenario.SlowAmongMixed(3, 200), Policy.PeakEwma))
        {
            outcome.Share(0, from: 2).ShouldBeLessThan(0.01, $"{outcome}");
        }
    }

    [Fact]
    public void Slow_one_ofAHundredAtTenThousandASecond_isNotNoticed()
    {
        var outcome = Run.Of(Scenario.Slow(100, 9_900, seconds: 3), Policy.PeakEwma, seed: 1);

        outcome.Share(0, from: 1).ShouldBeLessThan(0.001, $"{outcome}");
        outcome.Milliseconds(0.999, from: 1).ShouldBeLessThan(100, $"{outcome}");
    }

    [Theory]
    [InlineData(2, 10, 0.02)]
    [InlineData(2, 100, 0.01)]
    [InlineData(3, 200, 0.01)]
    [InlineData(10, 900, 0.01)]
    public void Failing_fast_doesNotDrawTraffic(int servers, double rate, double failed)
    {
        foreach (var outcome in Runs(Scenario.Failing(servers, rate), Policy.PeakEwma))
        {
            outcome.Failed.ShouldBeLessThan(failed, $"{outcome}");
        }
    }

    [Theory]
    [InlineData(2, 100, 0.02)]
    [InlineData(3, 200, 0.01)]
    public void Flapping_failsSeldom(int servers, double rate, double failed)
    {
        foreach (var outcome in Runs(Scenario.Flapping(servers, rate), Policy.PeakEwma))
        {
            outcome.Failed.ShouldBeLessThan(failed, $"{outcome}");
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    public void Hiccup_inAPoolOfTwo_isForgivenWithinTenSeconds(double rate)
    {
        foreach (var outcome in Runs(Scenario.Hiccup(2, rate), Policy.PeakEwma))
        {
            outcome.Absence(0, from: 10.2).ShouldBeLessThan(10, $"{outcome}");
            outcome.Share(0, from: 25).ShouldBe(0.5, 0.15, $"{outcome}");
        }
    }

    [Theory]
    [InlineData(2, 100)]
    [InlineData(3, 200)]
    [InlineData(10, 900)]
    public void Cold_newcomer_isTriedAtOnce_notFlooded_andHasItsShareAfterItsWarmUp(int servers, double rate)
    {
        foreach (var outcome in Runs(Scenario.Cold(servers, rate), Policy.PeakEwma))
        {
            outcome.Absence(0, from: 10).ShouldBeLessThan(1, $"{outcome}");
            outcome.Share(0, 10, 12).ShouldBeLessThan(1.0 / servers, $"{outcome}");
            outcome.Milliseconds(0.99, from: 10).ShouldBeLessThan(150, $"{outcome}");
            outcome.Share(0, from: 30).ShouldBeGreaterThan(0.5 / servers, $"{outcome}");
        }
    }

    [Theory]
    [InlineData(2, 100)]
    [InlineData(3, 200)]
    [InlineData(10, 700)]
    public void Mixed_sizes_doNotBanishWhoTookALargeOne(int servers, double rate)
    {
        foreach (var outcome in Runs(Scenario.Mixed(servers, rate), Policy.PeakEwma))
        {
            for (var server = 0; server < servers; server++)
            {
                outcome.Share(server).ShouldBeInRange(0.5 / servers, 1.6 / servers, $"{outcome}");
            }
        }
    }

    [Fact]
    public void WebSockets_thatAreIdle_takeNoRequestsFromTheirHost()
    {
        foreach (var outcome in Runs(Scenario.WebSockets(3, 200), Policy.PeakEwma))
        {
            outcome.Share(0).ShouldBe(0.33, 0.10, $"{outcome}");
        }
    }

    private Outcome[] Runs(Scenario scenario, Policy policy)
    {
        Outcome[] outcomes = [.. Enumerable.Range(1, Seeds).Select(seed => Run.Of(scenario, policy, seed))];
        Array.ForEach(outcomes, outcome => output.WriteLine($"{outcome}"));
        return outcomes;
    }
}
