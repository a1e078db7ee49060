namespace ApiAmbassador.WireTests.Chaos;

/// <summary>What a run came to.</summary>
/// <param name="Summary">Figures.</param>
/// <param name="Violations">What must not have been.</param>
/// <param name="All">All that helps to see why.</param>
internal sealed record ChaosReport(string Summary, IReadOnlyList<string> Violations, string All)
{
    private const int ShownMax = 30;

    /// <summary>How much more a process may take at its end than when it was warm.</summary>
    private const int MoreMiB = 48, MoreHandles = 60, MoreThreads = 15;

    /// <summary>What it may take at any time.</summary>
    private const int ResidentMiBMax = 300, HandlesMax = 500, ThreadsMax = 80;

    public static ChaosReport Of(ChaosRun run, int seed, int seconds)
    {
        var model = new ChaosModel(run.History.Spells);
        var failures = run.Load.Failures.Select(answer => (Answer: answer, Wrong: model.Judge(answer))).ToArray();
        var (first, last) = run.Vitals.Ends(run.Ambassador.Id);
        string[] violations =
        [
            .. failures.Where(failure => failure.Wrong is not null).Select(failure => $"{failure.Answer} {failure.Wrong}").Take(ShownMax),
            .. run.Posts.Twice.Take(ShownMax),
            .. run.Violations.Take(ShownMax),
            .. run.Instances.All(instance => instance.Retries == 0) ? ["nothing was tried again, so nothing was shown"] : Array.Empty<string>(),
            .. Grown(first, last),
            .. run.Vitals.Seen.Where(vital => vital.ResidentMiB > ResidentMiBMax || vital.Handles > HandlesMax || vital.Threads > ThreadsMax)
                .Take(1).Select(vital => $"{vital.At.TotalSeconds:0.000} it took {vital}"),
        ];
        var demanded = run.Vitals.Seen.Count(vital => model.Avoidable(ChaosLoad.Get, vital.At, vital.At) is not null);
        var summary = $"""
            seed {seed}, {seconds} s: {run.Played} faults, {run.Load.Requests} requests, {run.Instances.Sum(instance => instance.Retries)} retries; {100 * demanded / Math.Max(1, run.Vitals.Seen.Count)} % of the time no GET might fail
            {string.Join('\n', run.Load.Counts)}
            failed unavoidably: {failures.Count(failure => failure is { Wrong: null, Answer.Outcome: not Outcome.Good })}; avoidably or wrong: {failures.Count(failure => failure.Wrong is not null)}
            the last process: {first}, at the end {last}; most of all {run.Vitals.Seen.Max(vital => vital.ResidentMiB)} MiB, {run.Vitals.Seen.Max(vital => vital.Handles)} handles, {run.Vitals.Seen.Max(vital => vital.Threads)} threads; least retries left {run.Vitals.Seen.Min(vital => vital.RetriesLeft):0}
            """;
        var all = violations.Length == 0
            ? summary
            : $"{summary}\n--- violations:\n{string.Join('\n', violations)}\n--- what happened (begin, end):\n{run.History}\n{run.Told}";
        return new ChaosReport(summary, violations, all);
    }

    private static IEnumerable<string> Grown(Vital first, Vital last)
    {
        if (last.ResidentMiB > first.ResidentMiB + MoreMiB || last.Handles > first.Handles + MoreHandles || last.Threads > first.Threads + MoreThreads)
        {
            yield return $"it grew: {first}, at the end {last}";
        }
    }
}
