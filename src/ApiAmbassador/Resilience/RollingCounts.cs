using System.Runtime.InteropServices;

namespace ApiAmbassador.Resilience;

/// <summary>
/// Two kinds of events counted over a window that moves on in slots of a tenth of it. Counting is one interlocked increment; only the
/// first event of a slot takes a lock, and only the first of all and a changed window allocate. Safe for all threads.
/// </summary>
/// <remarks>
/// The window may differ from call to call, as settings are reloaded; a change forgets what was counted. Nothing else that belongs to a
/// window is lost: an event vanishes only if its thread was held up for longer than a whole window between reading the clock
/// and counting here, and one that comes late by less is counted where it belongs.
/// </remarks>
internal sealed class RollingCounts(TimeProvider time)
{
    /// <summary>Slots in a window.</summary>
    public const int WindowSlots = 10;

    /// <summary>
    /// One more, because the current slot is not full and totals must not miss a part of the window, and one that is not looked at, so that
    /// who reads as a new slot begins still finds the oldest of his.
    /// </summary>
    private const int RingSlots = WindowSlots + 2;

    private readonly Lock _lock = new();
    private volatile Ring? _ring;

    /// <summary>Counts an event of the first kind.</summary>
    /// <param name="window">The stretch of time that totals look at.</param>
    /// <param name="now">A timestamp of the clock.</param>
    public void AddFirst(TimeSpan window, long now) => Interlocked.Increment(ref SlotAt(window, now).First);

    /// <summary>Counts an event of the second kind.</summary>
    /// <inheritdoc cref="AddFirst"/>
    public void AddSecond(TimeSpan window, long now) => Interlocked.Increment(ref SlotAt(window, now).Second);

    /// <summary>The events of the window that ends now: all of it, and what the slot in which it began had before.</summary>
    /// <inheritdoc cref="AddFirst"/>
    public (long First, long Second) Totals(TimeSpan window, long now)
    {
        var ring = RingOf(window);
        var current = now / ring.SlotLength;
        long first = 0, second = 0;
        foreach (ref var slot in ring.Slots.AsSpan())
        {
            if (current - Volatile.Read(ref slot.Number) <= WindowSlots)
            {
                first += Volatile.Read(ref slot.First);
                second += Volatile.Read(ref slot.Second);
            }
        }

        return (first, second);
    }

    /// <summary>Forgets everything. What is being counted at this moment may be forgotten too.</summary>
    public void Clear() => _ring = null;

    private ref Slot SlotAt(TimeSpan window, long now)
    {
        var ring = RingOf(window);
        var number = now / ring.SlotLength;
        ref var slot = ref ring.Slots[number % RingSlots];
        if (Volatile.Read(ref slot.Number) < number)
        {
            Renew(ref slot, number);
        }

        return ref slot;
    }

    private void Renew(ref Slot slot, long number)
    {
        lock (_lock)
        {
            if (slot.Number < number)
            {
                Volatile.Write(ref slot.First, 0);
                Volatile.Write(ref slot.Second, 0);

                // Last: who finds the new number finds the zeros, and who comes before waits for the lock.
                Volatile.Write(ref slot.Number, number);
            }
        }
    }

    private Ring RingOf(TimeSpan window) => _ring is { } ring && ring.Window == window ? ring : Change(window);

    private Ring Change(TimeSpan window)
    {
        lock (_lock)
        {
            if (_ring is { } ring && ring.Window == window)
            {
                return ring;
            }

            // Rounded up: ten slots are never shorter than the window.
            return _ring = new Ring(window, (time.ToTimestamp(window) + WindowSlots - 1) / WindowSlots);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        /// <summary>Which stretch of time it holds: timestamps divided by its length.</summary>
        internal long Number;
        internal long First;
        internal long Second;
    }

    private sealed class Ring(TimeSpan window, long slotLength)
    {
        internal readonly TimeSpan Window = window;
        internal readonly long SlotLength = slotLength;
        internal readonly Slot[] Slots = new Slot[RingSlots];
    }
}
