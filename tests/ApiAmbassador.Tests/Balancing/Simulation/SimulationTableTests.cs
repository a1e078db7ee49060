using System.Globalization;

namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>The table policy × scenario: what the first of the pool got (%), the 99th percentile (ms), and how many requests failed (%).</summary>
public class SimulationTableTests(ITestOutputHelper output)
{
    private static readonly Policy[] s_policies = [Policy.PeakEwma, Policy.LeastRequests, Policy.PowerOfTwo, Policy.RoundRobin];

    /// <summary>Set <c>AMBASSADOR_SIMULATION=1</c> for the whole table; otherwise its first lines show that it can be made.</summary>
    [Fact]
    public void Table_ofPoliciesAndScenarios_fitsAPage()
    {
        var scenarios = Environment.GetEnvironmentVariable("AMBASSADOR_SIMULATION") == "1" ? Scenario.All : [.. Scenario.All.Take(2)];
        string[] lines =
        [
            $"{"seed 1",-16}" + string.Concat(s_policies.Select(policy => $"|{policy,-15}")),
            $"{"pool",-11}{"req/s",5}" + string.Concat(s_policies.Select(_ => $"|{"one%",5}{"p99",5}{"err%",5}")),
            .. scenarios.Select(Line),
        ];

        foreach (var line in lines)
        {
            output.WriteLine(line);
            line.Length.ShouldBeLessThanOrEqualTo(80);
        }
    }

    private static string Line(Scenario scenario) => $"{scenario.Name,-11}{scenario.Rate,5}" + string.Concat(s_policies.Select(policy => Cell(Run.Of(scenario, policy, seed: 1))));

    private static string Cell(Outcome outcome)
    {
        var milliseconds = outcome.Milliseconds(0.99);
        return string.Create(
            CultureInfo.InvariantCulture, $"|{outcome.Share(0) * 100,5:0.0}{(milliseconds < 9_999 ? $"{milliseconds:0}" : ">10s"),5}{outcome.Failed * 100,5:0.0}");
    }
}
