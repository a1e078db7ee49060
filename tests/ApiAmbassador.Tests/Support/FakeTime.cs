namespace ApiAmbassador.Tests.Support;

/// <summary>
/// A clock that stands still until it is moved; timers fire while it moves, on the thread that moves it and each at its own time. Stands
/// in for <c>FakeTimeProvider</c> of Microsoft.Extensions.TimeProvider.Testing, which not every package feed carries.
/// </summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private long _ticks; // Written under the lock.

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that are still to fire: none when everybody has cleaned up.</summary>
    public int TimerCount
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        period.ShouldBe(Timeout.InfiniteTimeSpan, "only what fires once is made here");
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        by.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero, "time does not run backwards; see SetWallClock");
        var end = GetTimestamp() + by.Ticks;
        while (TakeDue(end) is { } due)
        {
            due.Fire();
        }

        lock (_lock)
        {
            _ticks = Math.Max(_ticks, end); // Others may have moved it further meanwhile.
        }
    }

    /// <summary>Sets the time of day, as an operator or NTP does: timestamps and timers do not notice.</summary>
    public void SetWallClock(DateTimeOffset now) => _start = now - TimeSpan.FromTicks(GetTimestamp());

    private FakeTimer? TakeDue(long end)
    {
        lock (_lock)
        {
            var due = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (due is not null)
            {
                _timers.Remove(due);
                Volatile.Write(ref _ticks, Math.Max(_ticks, due.Due));
            }

            return due;
        }
    }

    private sealed class FakeTimer(FakeTime time, Action fire) : ITimer
    {
        public long Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._ticks + dueTime.Ticks;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
