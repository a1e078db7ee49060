namespace ApiAmbassador.Benchmarks.Outage;

/// <summary>One answer.</summary>
/// <param name="Status">Its status; 0 where there was none.</param>
/// <param name="Took">How long its caller waited.</param>
/// <param name="At">When it came, from the beginning of the run.</param>
internal sealed record Answer(int Status, TimeSpan Took, TimeSpan At);

/// <summary>What came of a run.</summary>
/// <param name="Answers">All answers.</param>
/// <param name="Attempts">Requests that the ambassador sent, or tried to send, to instances.</param>
/// <param name="ResidentMegabytes">Memory of the process at the end, load and instances included.</param>
internal sealed record LoadReport(Answer[] Answers, long Attempts, long ResidentMegabytes)
{
    public int Requests => Answers.Length;

    public double AttemptsPerRequest => (double)Attempts / Requests;

    /// <summary>When the last request failed.</summary>
    public TimeSpan LastFailure => Answers.Where(answer => answer.Status != 200).Select(answer => answer.At).DefaultIfEmpty().Max();

    public int Count(int status) => Answers.Count(answer => answer.Status == status);

    public double Percentile(double share) => Answers.Select(answer => answer.Took.TotalMilliseconds).Order().ElementAt((int)(share * (Requests - 1)));
}
