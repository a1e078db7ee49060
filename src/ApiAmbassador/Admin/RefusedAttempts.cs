using System.Net;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Admin;

/// <summary>
/// Tells of attempts to change something that were refused: of the first at once, of those after it once a minute and by their number, so that who
/// goes on trying neither fills the log nor pushes anything out of the timeline.
/// </summary>
internal sealed partial class RefusedAttempts(Timeline timeline, TimeProvider time, ILogger<RefusedAttempts> logger) : IDisposable
{
    /// <summary>Between two tellings at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();

    /// <summary>Runs since the last telling; null when that was long ago.</summary>
    private ITimer? _timer;
    private string _last = "";
    private int _untold;

    /// <summary>Takes note of one.</summary>
    public void Add(IPAddress? from, ChangeRefusal refusal)
    {
        var attempt = $"{Caller.Name(from)}: {refusal.Status}, {refusal.Detail}";
        lock (_lock)
        {
            if (_timer is not null)
            {
                (_last, _untold) = (attempt, _untold + 1);
                return;
            }

            _timer = time.CreateTimer(_ => OnInterval(), state: null, Interval, Timeout.InfiniteTimeSpan);
        }

        Tell($"an attempt to change something was refused, from {attempt}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    private void OnInterval()
    {
        string text;
        lock (_lock)
        {
            if (_untold == 0)
            {
                _timer?.Dispose();
                _timer = null;
                return;
            }

            text = $"{_untold} more attempts to change something were refused within {Interval.TotalSeconds:0} s, the last from {_last}";
            _untold = 0;
            _timer?.Change(Interval, Timeout.InfiniteTimeSpan);
        }

        Tell(text);
    }

    private void Tell(string text)
    {
        LogRefused(logger, text);
        timeline.Add(TimelineKind.Operator, subject: null, text);
    }
}
