using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>
/// How many requests a cluster and each of its destinations have at once, and the queue of those who wait. Safe for all threads; one lock,
/// which is held for a few instructions, so that limits are exact.
/// </summary>
/// <remarks>
/// <para>
/// A request enters; each of its attempts takes a slot at the destination picked and releases it after; the request exits. Whoever
/// was admitted holds no slot between; one is kept free for him, because nobody is admitted unless the usable destinations
/// have more free slots than there are such requests. It is kept at some destination, not at a certain one: who finds the one he
/// picked taken picks another. Where destinations became unusable meanwhile there may be none left.
/// </para>
/// <para>
/// Who waits is admitted in the order of arrival, before all who arrive. Where no destination is usable at all nobody is kept
/// waiting for its slots: the pick has a better answer than the queue.
/// </para>
/// <para>Changed limits count from the next request that enters; requests above a lowered limit are left to finish.</para>
/// </remarks>
internal sealed class ConcurrencyLimit(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<bool>> _queue = new();
    private IReadOnlyList<DestinationSlots> _usable = [];
    private LimitsOptions _options = new();
    private int _inFlight;
    private int _slotsTaken;

    /// <summary>Requests that are admitted and have not exited.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests that wait.</summary>
    public int Queued
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>
    /// Says which destinations can be picked now; admits who waits for one that is new among them. One that is taken out and comes back is
    /// the same object, as requests to it may still be under way.
    /// </summary>
    /// <param name="usable">The destinations; not changed afterwards.</param>
    public void Use(IReadOnlyList<DestinationSlots> usable)
    {
        lock (_lock)
        {
            _usable = usable;
            AdmitWaitingLocked();
        }
    }

    /// <summary>
    /// Admits a request, at once where there is room and nobody waits. False: the queue is full, or it waited too long. Whoever is admitted must
    /// <see cref="Exit"/>, also if the caller left at that moment.
    /// </summary>
    /// <param name="options">The limits as they are set now.</param>
    /// <param name="cancellationToken">Tells that the caller has left.</param>
    /// <exception cref="OperationCanceledException">The caller left while the request waited; its place is given up.</exception>
    public ValueTask<bool> EnterAsync(LimitsOptions options, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<bool>> place;
        lock (_lock)
        {
            _options = options;
            AdmitWaitingLocked(); // If the limit was raised. Whatever room there is after this, nobody waits for.
            if (HasRoomLocked())
            {
                _inFlight++;
                return new(true);
            }

            if (_queue.Count >= options.MaxQueuedRequests)
            {
                return new(false);
            }

            // Whoever is admitted goes on on a thread of his own, not on that of who exits, who holds the lock.
            place = _queue.AddLast(new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return WaitAsync(place, options.QueueTimeout, cancellationToken);
    }

    /// <summary>Ends a request; its slot must have been released. Admits who waits.</summary>
    public void Exit()
    {
        lock (_lock)
        {
            _inFlight--;
            AdmitWaitingLocked();
        }
    }

    /// <summary>Takes a slot at a destination for an attempt of an admitted request; false, at once, if it has none free.</summary>
    public bool TryTakeSlot(DestinationSlots destination)
    {
        lock (_lock)
        {
            if (_options.MaxConcurrentRequestsPerDestination is { } limit && destination.Free(limit) == 0)
            {
                return false;
            }

            destination.Take();
            _slotsTaken++;
            return true;
        }
    }

    /// <summary>Gives back the slot of an attempt that has ended. It stays kept for the request's next attempt until the request exits.</summary>
    public void ReleaseSlot(DestinationSlots destination)
    {
        lock (_lock)
        {
            destination.Release();
            _slotsTaken--;
        }
    }

    private async ValueTask<bool> WaitAsync(LinkedListNode<TaskCompletionSource<bool>> place, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Admission, time and caller race for the place in the queue: who takes it out under the lock decides, and the others find it gone.
        using var timer = time.CreateTimer(_ => GiveUp(place, CancellationToken.None), state: null, timeout, Timeout.InfiniteTimeSpan);
        using var leaving = cancellationToken.UnsafeRegister((_, left) => GiveUp(place, left), state: null);
        return await place.Value.Task;
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource<bool>> place, CancellationToken left)
    {
        lock (_lock)
        {
            if (place.List is null)
            {
                return;
            }

            _queue.Remove(place);
            if (left.IsCancellationRequested)
            {
                place.Value.SetCanceled(left);
            }
            else
            {
                place.Value.SetResult(false);
            }
        }
    }

    /// <summary>Admits from the head of the queue while there is room.</summary>
    private void AdmitWaitingLocked()
    {
        while (_queue.First is { } place && HasRoomLocked())
        {
            _queue.RemoveFirst();
            _inFlight++;
            place.Value.SetResult(true);
        }
    }

    /// <summary>Whether one more request would keep to the limits.</summary>
    private bool HasRoomLocked()
    {
        if (_inFlight >= _options.MaxConcurrentRequests)
        {
            return false;
        }

        if (_options.MaxConcurrentRequestsPerDestination is not { } limit || _usable.Count == 0)
        {
            return true;
        }

        // Free slots, less one for each request that is admitted and holds none.
        long free = _slotsTaken - _inFlight;
        for (var i = 0; i < _usable.Count; i++)
        {
            free += _usable[i].Free(limit);
        }

        return free > 0;
    }
}
