namespace ApiAmbassador.Demo;

/// <summary>Counts what the demo's client saw. Safe from any thread.</summary>
internal sealed class Scoreboard(TimeProvider time)
{
    /// <summary>Rates, shares and latencies are those of so many seconds past.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<Answer> _recent = new();
    private readonly Dictionary<string, int> _totals = [];
    private readonly long _started = time.GetTimestamp();
    private int _failed;

    /// <summary>An instance answered.</summary>
    public void Answered(string instance, TimeSpan latency)
    {
        lock (_lock)
        {
            _recent.Enqueue(new Answer(instance, time.GetElapsedTime(_started), latency));
            _totals[instance] = _totals.GetValueOrDefault(instance) + 1;
        }
    }

    /// <summary>Nobody did.</summary>
    public void Failed() => Interlocked.Increment(ref _failed);

    /// <summary>How it stands now.</summary>
    public Scores Read()
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_started);
            while (_recent.TryPeek(out var oldest) && oldest.At < now - Window)
            {
                _recent.Dequeue();
            }

            var seconds = Math.Clamp(now.TotalSeconds, 0.001, Window.TotalSeconds);
            return new Scores(
                now,
                _totals.Values.Sum(),
                Volatile.Read(ref _failed),
                _totals.ToDictionary(total => total.Key, total => ScoreOf(total.Key, total.Value, seconds)));
        }
    }

    private Score ScoreOf(string instance, int total, double seconds)
    {
        var latencies = _recent.Where(answer => answer.Instance == instance).Select(answer => answer.Latency.TotalMilliseconds).Order().ToArray();
        return new Score(
            total,
            latencies.Length / seconds,
            _recent.Count == 0 ? 0 : (double)latencies.Length / _recent.Count,
            latencies.Length == 0 ? null : latencies[latencies.Length / 2],
            latencies.Length == 0 ? null : latencies[latencies.Length * 99 / 100]);
    }

    private readonly record struct Answer(string Instance, TimeSpan At, TimeSpan Latency);
}

/// <summary>What the client saw until now.</summary>
/// <param name="Elapsed">Since the beginning.</param>
/// <param name="Answered">Requests that were answered.</param>
/// <param name="Failed">Requests that were not.</param>
/// <param name="Instances">By instance.</param>
internal sealed record Scores(TimeSpan Elapsed, int Answered, int Failed, IReadOnlyDictionary<string, Score> Instances);

/// <summary>One instance's part. All but the total are of the last seconds.</summary>
/// <param name="Total">Answers since the beginning.</param>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Share">Of all answers, as a fraction.</param>
/// <param name="MedianMilliseconds">Half were faster; null without an answer.</param>
/// <param name="P99Milliseconds">99 of 100 were faster; null without an answer.</param>
internal sealed record Score(int Total, double PerSecond, double Share, double? MedianMilliseconds, double? P99Milliseconds);
