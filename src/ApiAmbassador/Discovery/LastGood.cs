namespace ApiAmbassador.Discovery;

/// <summary>
/// What is believed of the lists that one source tells. Most it is believed at once. That there is nobody has to be said several times in a row;
/// and when it names far fewer than before, those that are missing are held until they fail or the hold is over: a source that has lost half of its
/// memory must not take half of the instances with it. Pure, but for the clock that is passed in; one caller at a time.
/// </summary>
/// <param name="confirmEmpty">How many empty lists in a row are believed.</param>
/// <param name="maxDropRatio">The largest part of <see cref="PoolMin"/> or more that one list may take away.</param>
internal sealed class LastGood(int confirmEmpty, double maxDropRatio)
{
    /// <summary>Below this nothing is held: of two or three instances one is a large part, and it goes every day.</summary>
    public const int PoolMin = 4;

    /// <summary>The longest that missing ones are held; then the source was right. A freed address is soon somebody else's.</summary>
    public static readonly TimeSpan HoldMax = TimeSpan.FromMinutes(5);

    private IReadOnlyList<Instance> _told = [];
    private int _empties;
    private TimeSpan _heldSince;
    private int _heldOf;

    /// <summary>What is believed: what was told, and what is held.</summary>
    public IReadOnlyList<Instance> List { get; private set; } = [];

    /// <summary>What is believed although the source names it no more.</summary>
    public IReadOnlyList<Instance> Held { get; private set; } = [];

    /// <summary>Empty lists in a row where they are too few to be believed. Also of a source that has named nobody so far: others may have in its place.</summary>
    public int Unconfirmed => _empties < confirmEmpty ? _empties : 0;

    /// <summary>Takes a list as it was told; true where it changes what is believed.</summary>
    /// <param name="told">The list.</param>
    /// <param name="now">The time on any clock that does not go back.</param>
    public bool Take(IReadOnlyList<Instance> told, TimeSpan now)
    {
        _empties = told.Count == 0 ? _empties + 1 : 0;
        if (told.Count == 0 && _empties < confirmEmpty && _told.Count > 0)
        {
            return false;
        }

        _told = told;
        return Believe(Missing(told, now));
    }

    /// <summary>Lets go of what is held and has failed, or of all of it when the time is over; true where that changes what is believed.</summary>
    public bool Release(Predicate<Instance> hasFailed, TimeSpan now) =>
        Held.Count > 0 && Believe(now - _heldSince >= HoldMax ? [] : [.. Held.Where(held => !hasFailed(held))]);

    /// <summary>What of the list so far is to be held.</summary>
    private Instance[] Missing(IReadOnlyList<Instance> told, TimeSpan now)
    {
        // While some are held: of how many there were when that began. That one of them fails says nothing for the others,
        // and a source that repeats its short list has said nothing new.
        var before = Held.Count > 0 ? _heldOf : List.Count;
        if (before < PoolMin || before - told.Count <= before * maxDropRatio)
        {
            return [];
        }

        if (Held.Count == 0)
        {
            (_heldSince, _heldOf) = (now, before);
        }
        else if (now - _heldSince >= HoldMax)
        {
            return [];
        }

        var names = told.Select(Key).ToHashSet();
        return [.. List.Where(instance => !names.Contains(Key(instance)))];
    }

    private bool Believe(Instance[] held)
    {
        IReadOnlyList<Instance> list = held.Length == 0 ? _told : [.. _told, .. held];
        Held = held;
        if (list.SequenceEqual(List))
        {
            return false;
        }

        List = list;
        return true;
    }

    private static (string, string, int) Key(Instance instance) => (instance.Scheme, instance.Host, instance.Port);
}
