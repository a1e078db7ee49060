using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>
/// One destination's circuit breaker. We judge, Polly holds: we count verdicts (<see cref="OutcomeRecord"/>) and decide when it opens (<see cref="BreakerRule"/>), and
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
/// <param name="record">What the destination did lately; only what comes while the breaker is closed gets into it.</param>
internal sealed class Breaker(TimeProvider time, Random random, OutcomeRecord record)
{
    /// <summary>For what changes the state. Counting, entering and looking take no lock.</summary>
    private readonly Lock _lock = new();
    private PollyCircuit? _circuit;
    private volatile bool _open;
    private volatile bool _refusing;
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

    /// <summary>Whether it is open and no trial may be claimed.</summary>
    public bool Refuses(long now) => _open && now < Volatile.Read(ref _trialFrom);

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
    public long ConsecutiveFailures => record.ConsecutiveFailures;

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

    /// <summary>Takes how a request went; tells what it changed.</summary>
    /// <param name="options">The breaker as it is set now.</param>
    /// <param name="admission">How the request was admitted.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="othersServe">Whether other destinations of the cluster serve.</param>
    public BreakerChange Report(CircuitBreakerOptions options, Admission admission, in Outcome outcome, bool othersServe)
    {
        if (_open)
        {
            return admission == Admission.Trial ? EndTrial(options, outcome, othersServe) : BreakerChange.None;
        }

        record.Add(outcome, options.SamplingDuration, time.GetTimestamp());
        return outcome.Verdict == Verdict.Failure && Opens(options) ? Open(options, outcome.IsConnectFailure, othersServe) : BreakerChange.None;
    }

    private bool Opens(CircuitBreakerOptions options)
    {
        var totals = options.FailureRatio > 0 ? record.Totals(options.SamplingDuration, time.GetTimestamp()) : default;
        return BreakerRule.Opens(options, ConsecutiveFailures, totals.Requests - totals.Failures, totals.Failures);
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

    private BreakerChange EndTrial(CircuitBreakerOptions options, in Outcome outcome, bool othersServe)
    {
        lock (_lock)
        {
            if (!_open)
            {
                return BreakerChange.None; // Another trial, which had taken this one's place, has closed it at this moment.
            }

            if (outcome.Verdict == Verdict.Neutral)
            {
                Volatile.Write(ref _trialFrom, _openUntil);
                return BreakerChange.None;
            }

            var breakDuration = BreakDuration(options, othersServe);
            if (!_circuit!.TryTell(outcome.Verdict, breakDuration))
            {
                return BreakerChange.None; // Another trial has reopened it.
            }

            if (_circuit.IsOpen)
            {
                BeginBreakLocked(breakDuration, outcome.IsConnectFailure);
                return BreakerChange.Reopened;
            }

            _closedAt = time.GetTimestamp();
            record.Clear();
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
