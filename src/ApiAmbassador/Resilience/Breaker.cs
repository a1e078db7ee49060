using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>
/// One destination's circuit breaker. We judge, Polly holds: we count verdicts and decide when it opens (<see cref="BreakerRule"/>), and
/// Polly's circuit (<see cref="PollyCircuit"/>) holds the state, the break and whether it may end. Safe for all threads.
/// </summary>
/// <remarks>
/// <para>Closed: verdicts are counted, without a lock. When the rule says so, it opens.</para>
/// <para>
/// Open: during the break everybody is refused; after it one request is admitted as a trial. Its success closes, its failure opens again; if it
/// says nothing the next may try. A trial that has not reported within <see cref="CircuitBreakerOptions.BreakDuration"/> no longer
/// keeps others from trying; its own verdict still counts if it comes when no break is running. (If such a late one says nothing, it
/// gives up the place of whoever tries then, and one more may try beside him.) All other verdicts are ignored: requests that were
/// under way when it opened, and those let through because nobody else was left.
/// </para>
/// <para>
/// It opens again within <see cref="CircuitBreakerOptions.SamplingDuration"/> after closing: breaks go on growing. Later: they start anew.
/// </para>
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="random">For the jitter of breaks; shared between breakers only if it is safe for threads, as <see cref="Random.Shared"/> is.</param>
internal sealed class Breaker(TimeProvider time, Random random)
{
    private readonly RollingCounts _counts = new(time);

    /// <summary>For what changes the state. Counting, entering and looking take no lock.</summary>
    private readonly Lock _lock = new();
    private PollyCircuit? _circuit;
    private volatile bool _open;
    private volatile bool _refusing;
    private long _consecutiveFailures;
    private int _timesOpened;

    // Timestamps. A trial may be claimed from _trialFrom on: the end of the break, or while one is under way the time when its place is free again.
    private long _openUntil;
    private long _trialFrom;
    private long _closedAt;

    /// <summary>Open or on trial: blocking.</summary>
    public bool IsOpen => _open;

    /// <summary>Open, and the failure that opened it last was one to connect: nobody is there.</summary>
    public bool IsRefusing => _open && _refusing;

    /// <summary>For whoever looks on: a trial that hangs is under way until it or another reports.</summary>
    public BreakerState State => !_open ? BreakerState.Closed
        : Volatile.Read(ref _trialFrom) == Volatile.Read(ref _openUntil) ? BreakerState.Open : BreakerState.HalfOpen;

    /// <summary>When the break ends or ended, as time of day; null while it is closed.</summary>
    public DateTimeOffset? OpenUntil => _open ? time.GetUtcNow() + time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _openUntil)) : null;

    /// <summary>How long until a trial may be claimed; zero when it may be now, or when it is closed.</summary>
    public TimeSpan TimeToTrial
    {
        get
        {
            var left = _open ? time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _trialFrom)) : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Failures since the last success; those that opened it, while it is open.</summary>
    public long ConsecutiveFailures => Volatile.Read(ref _consecutiveFailures);

    /// <summary>How often it opened in a row, which is what breaks grow with. It stays after closing, as the row may go on.</summary>
    public int TimesOpened => Volatile.Read(ref _timesOpened);

    /// <summary>Asks for admission. Whoever is admitted, or goes in spite of being refused, reports once.</summary>
    public Admission TryEnter(CircuitBreakerOptions options)
    {
        if (!_open)
        {
            return Admission.Closed;
        }

        var now = time.GetTimestamp();
        var from = Volatile.Read(ref _trialFrom);
        return now >= from && Interlocked.CompareExchange(ref _trialFrom, now + time.ToTimestamp(options.BreakDuration), from) == from
            ? Admission.Trial
            : Admission.Refused;
    }

    /// <summary>Takes a request's verdict; tells what it changed.</summary>
    /// <param name="options">The breaker as it is set now.</param>
    /// <param name="admission">How the request was admitted.</param>
    /// <param name="verdict">What it says about the destination.</param>
    /// <param name="isConnectFailure">Whether it failed because no connection could be made.</param>
    /// <param name="othersServe">Whether other destinations of the cluster serve.</param>
    public BreakerChange Report(CircuitBreakerOptions options, Admission admission, Verdict verdict, bool isConnectFailure, bool othersServe)
    {
        if (_open)
        {
            return admission == Admission.Trial ? EndTrial(options, verdict, isConnectFailure, othersServe) : BreakerChange.None;
        }

        switch (verdict)
        {
            case Verdict.Success:
                // Looked at first: a write would take the line from the other processors for nothing.
                if (Volatile.Read(ref _consecutiveFailures) != 0)
                {
                    Volatile.Write(ref _consecutiveFailures, 0);
                }

                if (options.FailureRatio > 0)
                {
                    _counts.AddFirst(options.SamplingDuration, time.GetTimestamp());
                }

                return BreakerChange.None;

            case Verdict.Failure:
                Interlocked.Increment(ref _consecutiveFailures);
                if (options.FailureRatio > 0)
                {
                    _counts.AddSecond(options.SamplingDuration, time.GetTimestamp());
                }

                return Opens(options) ? Open(options, isConnectFailure, othersServe) : BreakerChange.None;

            default:
                return BreakerChange.None;
        }
    }

    private bool Opens(CircuitBreakerOptions options)
    {
        var (successes, failures) = options.FailureRatio > 0 ? _counts.Totals(options.SamplingDuration, time.GetTimestamp()) : default;
        return BreakerRule.Opens(options, ConsecutiveFailures, successes, failures);
    }

    private BreakerChange Open(CircuitBreakerOptions options, bool isConnectFailure, bool othersServe)
    {
        lock (_lock)
        {
            // Asked again: others may have opened it meanwhile, and it may even have closed since, with counters at zero.
            if (_open || !Opens(options))
            {
                return BreakerChange.None;
            }

            if (time.GetElapsedTime(_closedAt) > options.SamplingDuration)
            {
                _timesOpened = 0;
            }

            var breakDuration = BreakDuration(options, othersServe);
            _circuit ??= new PollyCircuit(time);
            _circuit.Open(breakDuration);
            BeginBreakLocked(breakDuration, isConnectFailure);
            return BreakerChange.Opened;
        }
    }

    private BreakerChange EndTrial(CircuitBreakerOptions options, Verdict verdict, bool isConnectFailure, bool othersServe)
    {
        lock (_lock)
        {
            if (!_open)
            {
                return BreakerChange.None; // Another trial, which had taken this one's place, has closed it at this moment.
            }

            if (verdict == Verdict.Neutral)
            {
                Volatile.Write(ref _trialFrom, _openUntil);
                return BreakerChange.None;
            }

            var breakDuration = BreakDuration(options, othersServe);
            if (!_circuit!.TryTell(verdict, breakDuration))
            {
                return BreakerChange.None; // Another trial has reopened it.
            }

            if (_circuit.IsOpen)
            {
                BeginBreakLocked(breakDuration, isConnectFailure);
                return BreakerChange.Reopened;
            }

            _closedAt = time.GetTimestamp();
            _counts.Clear();
            Volatile.Write(ref _consecutiveFailures, 0);
            _open = false;
            return BreakerChange.Closed;
        }
    }

    private TimeSpan BreakDuration(CircuitBreakerOptions options, bool othersServe) =>
        BreakerRule.BreakDuration(options, _timesOpened, othersServe, random.NextDouble());

    /// <summary>Comes after Polly's circuit has opened: our break must not end before its does.</summary>
    private void BeginBreakLocked(TimeSpan breakDuration, bool isConnectFailure)
    {
        _timesOpened += _timesOpened < int.MaxValue ? 1 : 0;
        _refusing = isConnectFailure;
        var until = time.GetTimestamp() + time.ToTimestamp(breakDuration);
        Volatile.Write(ref _openUntil, until);
        Volatile.Write(ref _trialFrom, until);
        _open = true;
    }
}
