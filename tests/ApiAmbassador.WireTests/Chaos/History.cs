using System.Diagnostics;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>What has happened, and when, by one clock from the beginning of the run: written by who does it, read by who judges.</summary>
internal sealed class History
{
    private readonly long _beginning = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<Spell> _spells = [];

    public TimeSpan Now => Stopwatch.GetElapsedTime(_beginning);

    public IReadOnlyList<Spell> Spells
    {
        get
        {
            lock (_lock)
            {
                return [.. _spells];
            }
        }
    }

    /// <summary>Something begins. Said before it does, and its end after it has: so what is known is never shorter than what was.</summary>
    public Spell Begin(string what, Fault? fault = null, int? instance = null, Harm harm = Harm.None, TimeSpan? at = null)
    {
        var spell = new Spell(what, fault, instance, harm, at ?? Now);
        lock (_lock)
        {
            _spells.Add(spell);
        }

        return spell;
    }

    /// <summary>Something happens in a moment.</summary>
    public void Note(string what) => End(Begin(what));

    public void End(Spell spell) => spell.End = Now;

    /// <summary>Lets time pass: the one thing a plan is made of.</summary>
    public async Task WaitUntilAsync(TimeSpan at, CancellationToken cancellation)
    {
        if (at - Now is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellation);
        }
    }

    public override string ToString() => string.Join('\n', Spells.OrderBy(spell => spell.Begin));
}
