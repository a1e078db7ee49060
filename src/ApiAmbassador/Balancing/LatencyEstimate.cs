namespace ApiAmbassador.Balancing;

/// <summary>
/// How long a destination takes until the headers of its answer, and how many attempts wait for theirs: what <see cref="PeakEwmaChoice"/> weighs. Safe for
/// all threads without a lock: level and time are one word, so that nobody sees the one without the other.
/// </summary>
/// <remarks>
/// <para>
/// As Linkerd's peak EWMA: what is higher than the level counts at once, what is lower by and by, with e^(−Δt/τ); what is read is the level, decayed by the
/// time since the last sample, so that who was slow is asked again some day.
/// </para>
/// <para>
/// Unlike Linkerd's, a lower sample takes at least a <see cref="Samples"/>th of the difference. By time alone the level of who answers hundreds in τ is the
/// slowest of these hundreds, and of who answers three the slowest of three: so those that got the requests seemed half as fast as they were, and a slow one
/// as good as they whenever a few waited.
/// </para>
/// <para>
/// And the level rises to at most <see cref="RiseMax"/> times what it was: a single slow report, upload or failure says little about an
/// instance, and would otherwise keep it out for a minute. Attempts that began before a rise say nothing that those did not who made it, so all of them
/// together raise it once.
/// </para>
/// </remarks>
/// <param name="time">The clock whose timestamps are given.</param>
internal sealed class LatencyEstimate(TimeProvider time)
{
    /// <summary>τ: what is known loses two thirds of its weight in this time. Linkerd's default.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(MemorySeconds);

    private const double MemorySeconds = 10;

    /// <summary>Of about so many samples the level is the peak, where τ has more of them.</summary>
    public const int Samples = 64;

    /// <summary>How many times higher the level gets from one attempt to those that began after it ended. After one failure a pool's other half is preferred for 7 s.</summary>
    public const double RiseMax = 2;

    /// <summary>
    /// How many times what the others take, or it took itself where that is not known, failures in a row make it seem: enough that who answers nothing but
    /// errors gets one request in hundreds where breakers are off, and little enough that who has recovered is asked within half a minute even where nobody else
    /// is busy.
    /// </summary>
    public const double FailureMax = 16;

    /// <summary>
    /// So many answers tell of an instance that is cold: connections are made, code is compiled. Among them a faster one takes the level's place at once, or
    /// chance in the first answer would decide for half a minute who of two like instances gets the requests.
    /// </summary>
    public const int ColdAnswers = 16;

    /// <summary>
    /// So few good answers are no estimate: the very first pays for our own start as well, and would keep one of two like instances without requests for half
    /// a minute.
    /// </summary>
    public const int UnprovenAnswers = 3;

    /// <summary>The longest <c>Retry-After</c> that is kept to.</summary>
    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    /// <summary>An eighth of a millisecond: 32 bits of them are six days, of which half may pass between two samples before they look like none.</summary>
    private const double UnitsPerSecond = 8192;

    private readonly double _units = UnitsPerSecond / time.TimestampFrequency;
    private readonly double _seconds = 1.0 / time.TimestampFrequency;

    /// <summary>The level as a float of seconds, and below it the time of the last sample in units; 0 while nothing is known.</summary>
    private long _state;
    private int _pending;

    // The last rise: attempts that began before this timestamp raise the level no further than to this.
    private long _raisedAt = long.MinValue;
    private double _raisedTo;

    /// <summary>Whether failures are what raised it, and no answer has come since.</summary>
    private volatile bool _hasFailed;

    /// <summary>The level as the last answer left it, while <see cref="_hasFailed"/>: what failures make of it is a multiple of that, and not of itself.</summary>
    private double _answered;

    /// <summary>Answers so far, up to <see cref="ColdAnswers"/>; one lost between two threads does no harm.</summary>
    private int _answers;

    /// <summary>Attempts under way whose headers have not come. Bodies, streams and WebSockets do not count: a hundred idle ones are no load.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Whether what is known of it is what failures made of it.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Whether there was a sample.</summary>
    public bool IsKnown => Volatile.Read(ref _state) != 0;

    /// <summary>What the last sample left, in seconds; 0 while nothing is known.</summary>
    public double Level => LevelOf(Volatile.Read(ref _state));

    /// <summary>The estimate in seconds as choices go by it; 0 while too little is known.</summary>
    public double ProvenAt(long now) => _answers < UnprovenAnswers && !_hasFailed ? 0 : At(now);

    /// <summary>The estimate in seconds; 0 while nothing is known.</summary>
    public double At(long now)
    {
        var state = Volatile.Read(ref _state);
        var age = AgeOf(state, now);
        return age == 0 ? LevelOf(state) : LevelOf(state) * Kept(age);
    }

    /// <summary>An attempt goes to it.</summary>
    public void Begin() => Interlocked.Increment(ref _pending);

    /// <summary>The attempt waits no longer, whatever came of it.</summary>
    public void End() => Interlocked.Decrement(ref _pending);

    /// <summary>Headers came; or whoever asked left without them, and it would have taken longer still, which tells something only if it was long.</summary>
    /// <param name="beganAt">When the attempt began.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="hasAnswered">Whether headers came.</param>
    /// <param name="others">What the others take, in seconds, against which a first sample is held; 0 where that is not known.</param>
    public void Learn(long beganAt, long now, bool hasAnswered, double others = 0)
    {
        var seconds = (now - beganAt) * _seconds;
        if (hasAnswered || seconds > (IsKnown ? Level : others > 0 ? others : double.MaxValue))
        {
            Learn(beganAt, now, seconds, others, RiseMax, hasFailed: false);
        }
    }

    /// <summary>It failed: however fast that was, it counts as slower than all it has done. With each failure more, up to <see cref="FailureMax"/>.</summary>
    /// <param name="beganAt">When the attempt began.</param>
    /// <param name="now">When it failed.</param>
    /// <param name="others">What the others take to answer, in seconds; 0 where that is not known.</param>
    /// <param name="retryAfter">How long it wants to be left alone.</param>
    public void Failed(long beganAt, long now, double others, TimeSpan? retryAfter = null)
    {
        // Left alone for t is what a level e^(t/τ) times the others' comes to.
        var asked = retryAfter is { } pause ? Math.Exp(Math.Min(pause / Memory, RetryAfterMax / Memory)) : 0;
        if (asked > RiseMax && others > 0)
        {
            Learn(long.MaxValue, now, others * asked, others, asked, hasFailed: true);
            return;
        }

        var took = (now - beganAt) * _seconds;
        var usual = others > 0 ? others : _hasFailed ? Volatile.Read(ref _answered) : Level;
        Learn(beganAt, now, Math.Max(usual * FailureMax, took), others, RiseMax, hasFailed: true);
    }

    private void Learn(long beganAt, long now, double seconds, double others, double riseMax, bool hasFailed)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            var (level, age) = (LevelOf(seen), AgeOf(seen, now));
            var known = seen == 0 ? others : level;
            double next;
            var hasRecovered = false;
            if (known == 0)
            {
                next = seconds;
            }
            else if (seconds > known)
            {
                var limit = beganAt > Volatile.Read(ref _raisedAt) ? riseMax * Math.Max(known, others) : Volatile.Read(ref _raisedTo);
                next = Math.Max(known, Math.Min(seconds, limit));
            }
            else
            {
                // What failures made of the level is no time that it took: the first answer to an attempt that began after them takes its place.
                hasRecovered = _hasFailed && beganAt > Volatile.Read(ref _raisedAt);
                var kept = _hasFailed ? Kept(age) : _answers < ColdAnswers ? 0 : Math.Min(Kept(age), 1 - (1.0 / Samples));
                next = seen == 0 || hasRecovered ? seconds : (level * kept) + (seconds * (1 - kept));
            }

            if (Interlocked.CompareExchange(ref _state, Pack(next, seen != 0 && age == 0 ? (uint)seen : Stamp(now)), seen) != seen)
            {
                continue;
            }

            if (known > 0 && seconds > known && beganAt > Volatile.Read(ref _raisedAt))
            {
                Volatile.Write(ref _raisedTo, riseMax * Math.Max(known, others));
                Volatile.Write(ref _raisedAt, now);
            }

            if (hasFailed && !_hasFailed)
            {
                Volatile.Write(ref _answered, seen == 0 ? next : level);
            }

            _hasFailed = hasFailed || (_hasFailed && !hasRecovered);
            _answers += !hasFailed && _answers < ColdAnswers ? 1 : 0;
            return;
        }
    }

    /// <summary>
    /// e^(−age / τ) as (1 + age / 1024 τ)^−1024: ten multiplications, to a thousandth at τ. The library's function left a pick many times slower, measured.
    /// </summary>
    private static double Kept(int age)
    {
        var kept = 1 / (1 + (age * (1 / (UnitsPerSecond * MemorySeconds * 1024))));
        for (var i = 0; i < 10; i++)
        {
            kept *= kept;
        }

        return kept;
    }

    private static double LevelOf(long state) => BitConverter.Int32BitsToSingle((int)(state >> 32));

    /// <summary>In units. A thread that was held up may come with a time before the last sample's.</summary>
    private int AgeOf(long state, long now) => state == 0 ? 0 : Math.Max(0, unchecked((int)(Stamp(now) - (uint)state)));

    private uint Stamp(long now) => unchecked((uint)(long)(now * _units));

    /// <summary>Never 0, which is nothing known.</summary>
    private static long Pack(double seconds, uint stamp) => ((long)BitConverter.SingleToInt32Bits(Math.Max((float)seconds, 1e-9f)) << 32) | stamp;
}
