using System.Globalization;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>
/// One ambassador, as a process, before five instances under a steady load, while everything around it goes wrong at random: see
/// <see cref="Fault"/> for what, and <see cref="ChaosModel"/> for what must hold nevertheless. And: it never ends by itself, and ends with 0 when it is told
/// to, with nothing lost; a bad route file changes nothing, a good one is in force within twenty seconds; twenty seconds after the last fault every
/// instance serves; and what it takes of memory, handles and threads stays where it was.
/// </summary>
/// <remarks><c>AMBASSADOR_CHAOS_SECONDS</c> says for how long, <c>AMBASSADOR_CHAOS_SEED</c> does the same faults again.</remarks>
[Collection(nameof(Alone))]
public class ChaosTests
{
    private const int SecondsOfCi = 60;

    [Fact]
    public async Task Faults_atRandom_nothingFailsThatCouldBeAvoided()
    {
        Tool.FakeTime.Require();
        var seconds = Variable("AMBASSADOR_CHAOS_SECONDS") ?? SecondsOfCi;
        var seed = Variable("AMBASSADOR_CHAOS_SEED") ?? Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var run = new ChaosRun(FaultPlan.Draw(seed, seconds));
        await run.RunAsync();

        var report = ChaosReport.Of(run, seed, seconds);
        TestContext.Current.TestOutputHelper?.WriteLine(report.Summary);
        report.Violations.ShouldBeEmpty(report.All);
    }

    private static int? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;
}

/// <summary>Not beside other tests: it measures what a process takes, and lets it wait for no longer than it says.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
