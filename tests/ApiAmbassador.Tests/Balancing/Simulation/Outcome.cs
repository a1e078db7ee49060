namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>One request's end.</summary>
internal readonly record struct Answer(int Server, double BeganAt, double Took, bool Ok);

/// <summary>What came of a run.</summary>
internal sealed record Outcome(Scenario Scenario, Policy Policy, int Seed, int Servers, IReadOnlyList<Answer> Answers)
{
    /// <summary>The share of answers that were errors.</summary>
    public double Failed => (double)Answers.Count(answer => !answer.Ok) / Answers.Count;

    /// <summary>The share of requests that a server got between two moments.</summary>
    public double Share(int server, double from = 0, double to = double.MaxValue)
    {
        var (own, all) = (0, 0);
        foreach (var answer in Answers)
        {
            if (answer.BeganAt >= from && answer.BeganAt < to)
            {
                all++;
                own += answer.Server == server ? 1 : 0;
            }
        }

        return all == 0 ? 0 : (double)own / all;
    }

    /// <summary>Milliseconds within which a share of the requests was answered, of those that began from a moment on.</summary>
    public double Milliseconds(double share, double from = 0)
    {
        var took = Answers.Where(answer => answer.BeganAt >= from).Select(answer => answer.Took).Order().ToArray();
        return took[(int)(share * (took.Length - 1))] * 1_000;
    }

    /// <summary>How long after a moment a server got its next request.</summary>
    public double Absence(int server, double from) =>
        Answers.Where(answer => answer.Server == server && answer.BeganAt >= from).Select(answer => answer.BeganAt - from).DefaultIfEmpty(double.MaxValue).Min();

    public override string ToString() =>
        $"{Scenario.Name} at {Scenario.Rate}/s, {Policy}, seed {Seed}: {string.Join(' ', Enumerable.Range(0, Math.Min(Servers, 10)).Select(i => $"{Share(i):P1}"))}, "
        + $"p50 {Milliseconds(0.5):0.0} ms, p99 {Milliseconds(0.99):0.0} ms, failed {Failed:P2}";
}
