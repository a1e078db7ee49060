namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>A clock that stands still, with one timer that fires again and again: when the test says so.</summary>
internal sealed class SweptTime : TimeProvider, ITimer
{
    private Action? _fire;
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire.ShouldBeNull();
        _fire = () => callback(state);
        return this;
    }

    public void Advance(TimeSpan by)
    {
        _ticks += by.Ticks;
        _fire!();
    }

    public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

    public void Dispose() => _fire = () => throw new ObjectDisposedException(nameof(SweptTime));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
