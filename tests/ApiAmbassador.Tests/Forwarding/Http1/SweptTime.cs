namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>A clock that stands still, with one timer, which fires where it is set when the test says so.</summary>
internal sealed class SweptTime : TimeProvider, ITimer
{
    private Action? _fire;
    private long _ticks = 1;

    /// <summary>Whether the timer would fire.</summary>
    public bool IsSet { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire.ShouldBeNull();
        dueTime.ShouldBe(Timeout.InfiniteTimeSpan);
        _fire = () => callback(state);
        return this;
    }

    public void Advance(TimeSpan by)
    {
        _ticks += by.Ticks;
        if (IsSet)
        {
            IsSet = false;
            _fire!();
        }
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        (dueTime > TimeSpan.Zero).ShouldBeTrue();
        period.ShouldBe(Timeout.InfiniteTimeSpan);
        return IsSet = true;
    }

    public void Dispose() => _fire = () => throw new ObjectDisposedException(nameof(SweptTime));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
