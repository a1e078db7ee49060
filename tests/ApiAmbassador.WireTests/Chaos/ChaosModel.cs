namespace ApiAmbassador.WireTests.Chaos;

/// <summary>
/// Says of each answer whether it may be, given what happened. In words:
/// <list type="number">
/// <item>Each request is answered: with what an instance answered to it and to no other, whole, or with a problem whose reason is one that we
/// know. Nobody is left without a word, and nobody waits longer than <see cref="HeadersWithin"/>.</item>
/// <item>An instance can be <em>counted on</em> if it is well and known, and has been for <see cref="Settling"/>: its circuit is closed, nobody ejects it,
/// and whatever tells of it has been heard.</item>
/// <item>An instance <em>burns</em> an attempt while it stands still, resets, talks nonsense or says 503, and for a moment (<see cref="Echo"/>) after it was
/// killed. One whose port refuses does not.</item>
/// <item>A GET, PUT or download fails avoidably if one instance could be counted on all the while, and no more than two burned: the third attempt
/// would have been its. While the budget for retries is nearly used up nobody can be counted on.</item>
/// <item>A POST fails avoidably if one instance could be counted on, and none burned. Whatever happens, it is received once at most.</item>
/// <item>An instance's own 500 is passed on, while it says 500; an answer that has begun is cut where its own instance breaks off or is killed, and
/// nowhere else; the reset may come before the client has seen whose it was.</item>
/// <item>While the machine stalls, time limits are longer and no instance can be counted on; all else holds.</item>
/// </list>
/// </summary>
internal sealed class ChaosModel(IReadOnlyList<Spell> spells)
{
    /// <summary>The route's <c>PerAttemptTimeout</c> and <c>TotalTimeout</c>: long enough for a process that has just started on a busy machine.</summary>
    public static readonly TimeSpan PerAttempt = TimeSpan.FromSeconds(2.5), Total = TimeSpan.FromSeconds(9);

    /// <summary>
    /// An instance that is well again may be ejected for three seconds more (one for each second that it was bad), its circuit open for two, and
    /// DNS asked again after three.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(6);

    /// <summary>A connection that was reset is noticed by the next who uses it, and the attempt that did may end a little later.</summary>
    public static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    /// <summary><see cref="Total"/>, and room for a busy machine.</summary>
    public static readonly TimeSpan HeadersWithin = Total + TimeSpan.FromSeconds(2);

    private const int AttemptsMax = 3;

    private static readonly HashSet<string> Reasons =
    [
        "502 connection_refused", "502 upstream_reset", "502 upstream_protocol_error", "503 no_healthy_upstream", "503 circuit_open",
        "504 connect_timeout", "504 upstream_timeout",
    ];

    private readonly Spell[] _spells = [.. spells.Where(spell => spell.Harm != Harm.None)];

    /// <summary>What is wrong with it, as half a sentence; null if it may be.</summary>
    public string? Judge(Answer answer) => answer switch
    {
        { Outcome: Outcome.Lost or Outcome.Wrong } => "must never be",
        _ when answer.HeadersAt - answer.Begin > HeadersWithin + Stalled(answer.Begin, answer.HeadersAt) =>
            $"took longer than {HeadersWithin.TotalSeconds:0} s",
        { Outcome: Outcome.Good } => null,
        { Outcome: Outcome.Cut } => Had(answer, Fault.Kill, Fault.HalfBody) ? null : "was cut, though nothing had happened to its instance",
        { Outcome: Outcome.InstanceError } when !Had(answer, Fault.Error500, Fault.Error503) => "is an error that its instance did not have",
        { Outcome: Outcome.InstanceError, Told: "500" } => null,
        { Outcome: Outcome.Problem } when !Reasons.Contains(answer.Told) => "has a reason that cannot be here",
        _ => Avoidable(answer.Kind, answer.Begin, answer.End),
    };

    /// <summary>Why a request must succeed at a time, as half a sentence; null if it may fail.</summary>
    public string? Avoidable(string kind, TimeSpan begin, TimeSpan end)
    {
        var counted = Enumerable.Range(0, FaultPlan.InstanceCount).Where(instance => IsCountedOn(instance, begin, end)).ToArray();
        var burning = Enumerable.Range(0, FaultPlan.InstanceCount).Count(instance => Burns(instance, begin, end));
        return counted.Length > 0 && burning <= (kind == ChaosLoad.Post ? 0 : AttemptsMax - 1)
            ? $"failed, though {string.Join(" and ", counted.Select(ChaosInstance.NameOf))} could be counted on and {burning} burned"
            : null;
    }

    private bool IsCountedOn(int instance, TimeSpan begin, TimeSpan end) =>
        !Array.Exists(_spells, spell => spell.Concerns(instance) && spell.Touches(begin - Settling, end));

    private bool Burns(int instance, TimeSpan begin, TimeSpan end) =>
        Array.Exists(_spells, spell => spell.Harm == Harm.Burns && spell.Concerns(instance) && spell.Touches(begin - Echo, end));

    private bool Had(Answer answer, params Fault[] faults) => Array.Exists(
        _spells, spell => spell.Instance == (answer.Instance ?? spell.Instance) && spell.Fault is { } fault && faults.Contains(fault) && spell.Touches(answer.Begin, answer.End));

    private TimeSpan Stalled(TimeSpan begin, TimeSpan end) => TimeSpan.FromTicks(
        _spells.Where(spell => spell is { Instance: null, Harm: Harm.Burns } && spell.Touches(begin, end)).Sum(spell => (spell.End - spell.Begin).Ticks));
}
