namespace ApiAmbassador.Discovery;

/// <summary>One source while it is followed: what it said, when, what of that is believed, and what went wrong.</summary>
internal sealed class Feed : IDisposable
{
    private readonly IDestinationSource _source;
    private readonly LastGood _lastGood;
    private readonly Action<Feed, FeedState, FeedState> _changed;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<Instance> _kept;
    private readonly long _started;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile FeedState _state = FeedState.Unanswered;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to follow a source.</summary>
    /// <param name="id">What is followed.</param>
    /// <param name="source">The source itself.</param>
    /// <param name="lastGood">Decides what is believed.</param>
    /// <param name="kept">What was believed before, by another rule or when a process before this one ended; for the case that the source fails now.</param>
    /// <param name="changed">Is told of every answer and change with the states before and after it; on any thread, and returns soon.</param>
    /// <param name="time">The clock.</param>
    public Feed(
        FeedId id, IDestinationSource source, LastGood lastGood, IReadOnlyList<Instance> kept, Action<Feed, FeedState, FeedState> changed, TimeProvider time)
    {
        (Id, _source, _lastGood, _kept, _changed, _time) = (id, source, lastGood, kept, changed, time);
        _started = time.GetTimestamp();
        _ = RunAsync();
    }

    /// <summary>What is followed.</summary>
    public FeedId Id { get; }

    /// <summary>Ends with the first answer, good or not, or when it is followed no more.</summary>
    public Task Answered => _answered.Task;

    /// <summary>How it stands; one consistent look.</summary>
    public FeedState State => _state;

    /// <summary>The source asks soon, if it is one that asks.</summary>
    public void AskNow() => _source.AskNow();

    /// <summary>Lets go of what is held and has failed, or has been held for long enough.</summary>
    public void Release(Predicate<Instance> hasFailed) => Change(state =>
        _lastGood.Release(hasFailed, Now) ? state with { List = _lastGood.List, Held = _lastGood.Held.Count } : state);

    /// <summary>Takes what was believed before, where the source has not said anything good by now.</summary>
    public void UseKept() => Change(WithKept);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _answered.TrySetResult(); // Nobody waits for one that will not answer any more.
        (_source as IDisposable)?.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await _source.RunAsync(Take, _stop.Token);
            Take(SourceAnswer.Failed("the source ended"));
        }
#pragma warning disable CA1031 // A source that breaks its word must not go unnoticed, nor end anything else.
        catch (Exception e) when (!_stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Take(SourceAnswer.Failed($"the source ended: {EchoedText.Sentence(e.Message)}"));
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // It was told to.
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    private void Take(SourceAnswer answer)
    {
        Change(state => (answer.Error is { } error ? WithKept(state) with { Error = error, Errors = state.Errors + 1 } : With(answer.Instances, state)) with { HasAnswered = true });
        _answered.TrySetResult();
    }

    private FeedState With(IReadOnlyList<Instance> told, FeedState state)
    {
        // A source that begins with nobody has forgotten more often than not: it has to confirm that as well.
        state = told.Count == 0 ? WithKept(state) : state;
        _lastGood.Take(told, Now);
        return state with
        {
            List = _lastGood.List,
            Held = _lastGood.Held.Count,
            Unconfirmed = _lastGood.Unconfirmed,
            GoodAt = _time.GetUtcNow(),
            Error = null,
            IsKept = state.IsKept && _lastGood.Unconfirmed > 0,
        };
    }

    private FeedState WithKept(FeedState state)
    {
        if (state.GoodAt is not null || state.IsKept || _kept.Count == 0)
        {
            return state;
        }

        _lastGood.Take(_kept, Now);
        return state with { List = _lastGood.List, IsKept = true };
    }

    private void Change(Func<FeedState, FeedState> change)
    {
        FeedState before, after;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            before = _state;
            _state = after = change(before);
        }

        if (after != before)
        {
            _changed(this, before, after);
        }
    }
}
