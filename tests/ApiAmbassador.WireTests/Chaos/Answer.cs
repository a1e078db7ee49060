namespace ApiAmbassador.WireTests.Chaos;

/// <summary>What became of one request.</summary>
/// <param name="Id">Its number, in its header <c>X-Id</c>.</param>
/// <param name="Kind">GET, POST, PUT or download.</param>
/// <param name="Begin">When it was sent.</param>
/// <param name="HeadersAt">When its answer began.</param>
/// <param name="End">When that was over.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Instance">Who answered, where that is known.</param>
/// <param name="Told">The status and the reason, or what was wrong.</param>
internal sealed record Answer(long Id, string Kind, TimeSpan Begin, TimeSpan HeadersAt, TimeSpan End, Outcome Outcome, int? Instance, string Told)
{
    public override string ToString() =>
        $"{Begin.TotalSeconds,8:0.000} {End.TotalSeconds,8:0.000}  {Kind} {Id}: {Outcome}{(Instance is { } instance ? $" from {ChaosInstance.NameOf(instance)}" : "")}: {Told}";
}
