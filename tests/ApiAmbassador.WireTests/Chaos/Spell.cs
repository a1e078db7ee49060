namespace ApiAmbassador.WireTests.Chaos;

/// <summary>Something that lasts a while.</summary>
/// <param name="What">What it is.</param>
/// <param name="Fault">The fault that it is; null for what was not planned.</param>
/// <param name="Instance">Whom it concerns, by number; null where it is all of them.</param>
/// <param name="Harm">What it means for them.</param>
/// <param name="Begin">Since when.</param>
internal sealed record Spell(string What, Fault? Fault, int? Instance, Harm Harm, TimeSpan Begin)
{
    private long _end = long.MaxValue;

    /// <summary>Until when; far away while nobody knows.</summary>
    public TimeSpan End
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _end));
        set => Volatile.Write(ref _end, value.Ticks);
    }

    public bool Touches(TimeSpan from, TimeSpan to) => Begin <= to && End >= from;

    public bool Concerns(int instance) => Instance is null || Instance == instance;

    public override string ToString() => $"{Begin.TotalSeconds,8:0.000} {(_end == long.MaxValue ? "…" : $"{End.TotalSeconds:0.000}"),8}  {What}";
}
