namespace ApiAmbassador.WireTests.Chaos;

/// <summary>
/// All that goes wrong in one run, drawn from its seed before it begins, so that the same seed does the same again whatever becomes of it. It has
/// lanes: what is in one of them comes one after another, and lanes go on beside each other.
/// </summary>
/// <param name="Instances">A lane for each instance.</param>
/// <param name="Names">The DNS server.</param>
/// <param name="Files">The route file, and the restarts: nobody restarts with a file that is being edited.</param>
/// <param name="Machine">Disk and clock.</param>
internal sealed record FaultPlan(
    IReadOnlyList<IReadOnlyList<FaultStep>> Instances, IReadOnlyList<FaultStep> Names, IReadOnlyList<FaultStep> Files, IReadOnlyList<FaultStep> Machine)
{
    /// <summary>How many instances there are.</summary>
    public const int InstanceCount = 5;

    private static readonly Fault[] OfInstance =
        [Fault.Kill, Fault.Stop, Fault.Slow, Fault.Reset, Fault.HalfHead, Fault.HalfBody, Fault.Garbage, Fault.Error500, Fault.Error503];

    private static readonly Fault[] OfNames =
        [Fault.Leave, Fault.Leave, Fault.LeaveAll, Fault.NamesSilent, Fault.NamesDeclined, Fault.NamesGarbage, Fault.NamesGone];

    private static readonly Fault[] OfFiles = [Fault.Reweigh, Fault.Remove, Fault.BadFile];

    private static readonly Fault[] OfMachine = [Fault.DiskFull, Fault.DiskFull, Fault.ClockAhead, Fault.ClockBehind];

    /// <summary>Draws it.</summary>
    /// <param name="seed">The same gives the same.</param>
    /// <param name="seconds">How long it is. What begins in time may end a few seconds later.</param>
    public static FaultPlan Draw(int seed, int seconds)
    {
        var random = new Random(seed);
        var outages = Lane(random, seconds, [Fault.Kill], gap: (15, 45), hold: (1, 2));
        return new FaultPlan(
            [.. Enumerable.Range(0, InstanceCount).Select(_ => With(outages, Lane(random, seconds, OfInstance, gap: (2, 20), hold: (1, 5))))],
            Lane(random, seconds, OfNames, gap: (2, 8), hold: (1, 5)),
            With(Restarts(random, seconds), Lane(random, seconds, OfFiles, gap: (2, 7), hold: (1, 3))),
            Lane(random, seconds, OfMachine, gap: (2, 8), hold: (2, 6)));
    }

    private static List<FaultStep> Lane(Random random, int seconds, Fault[] faults, (int From, int To) gap, (int From, int To) hold)
    {
        var steps = new List<FaultStep>();
        for (var at = Between(random, gap); at.TotalSeconds < seconds; at = steps[^1].End + Between(random, gap))
        {
            steps.Add(new FaultStep(at, Between(random, hold), faults[random.Next(faults.Length)], random.Next(1_000_000)));
        }

        return steps;
    }

    /// <summary>One a minute and at least one, all in the first half: the last process lives long enough for its memory to be looked at.</summary>
    private static List<FaultStep> Restarts(Random random, int seconds) =>
    [
        .. Enumerable.Range(0, Math.Max(1, seconds / 60))
            .Select(_ => new FaultStep(
                TimeSpan.FromSeconds(seconds * (0.1 + (0.4 * random.NextDouble()))), TimeSpan.Zero, random.Next(2) == 0 ? Fault.Restart : Fault.RestartWithoutLog, 0))
            .OrderBy(step => step.At),
    ];

    /// <summary>The steps of both; of those that would overlap only the first kind.</summary>
    private static List<FaultStep> With(List<FaultStep> first, List<FaultStep> others) =>
        [.. first.Concat(others.Where(other => first.TrueForAll(one => other.End < one.At || one.End < other.At))).OrderBy(step => step.At)];

    private static TimeSpan Between(Random random, (int From, int To) seconds) =>
        TimeSpan.FromSeconds(seconds.From + (random.NextDouble() * (seconds.To - seconds.From)));
}
