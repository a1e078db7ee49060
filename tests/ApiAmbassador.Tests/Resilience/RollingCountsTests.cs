using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

public class RollingCountsTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Slot = Window / RollingCounts.WindowSlots;
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly FakeTime _time = new();
    private readonly RollingCounts _counts;

    public RollingCountsTests() => _counts = new RollingCounts(_time);

    [Fact]
    public void Totals_start_at_zero() => Totals().ShouldBe((0, 0));

    [Fact]
    public void Kinds_are_counted_apart()
    {
        Add(first: 3, second: 2);

        Totals().ShouldBe((3, 2));
    }

    [Theory]
    [InlineData(0)] // At the beginning of a slot,
    [InlineData(0.5)] // in its middle,
    [InlineData(0.9999999)] // and at its end.
    public void Event_counts_for_the_whole_window_and_at_most_one_slot_more(double intoSlot)
    {
        _time.Advance(TimeSpan.FromSeconds(7) + (Slot * intoSlot));
        Add(first: 1, second: 1);

        _time.Advance(Window);
        Totals().ShouldBe((1, 1), "as long as the window");

        _time.Advance(Slot);
        Totals().ShouldBe((0, 0), "one slot later");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12)] // As many slots as the ring has: the event's own slot comes round.
    [InlineData(24)]
    [InlineData(1_000_000)]
    [InlineData(100_000_000)] // Three years.
    public void Idle_time_of_any_length_leaves_nothing_but_the_window(int idleSlots)
    {
        Add(first: 5, second: 7);

        _time.Advance(Slot * idleSlots);
        Totals().ShouldBe(idleSlots <= RollingCounts.WindowSlots ? (5, 7) : (0, 0), "before");

        Add(first: 1, second: 0);
        Totals().ShouldBe(idleSlots <= RollingCounts.WindowSlots ? (6, 7) : (1, 0), "after");
    }

    [Fact]
    public void Changed_window_forgets_and_counts_on()
    {
        Add(first: 5, second: 5);

        _counts.Totals(Window * 2, _time.GetTimestamp()).ShouldBe((0, 0));
        _counts.AddFirst(Window * 2, _time.GetTimestamp());
        _time.Advance(Window * 2);

        _counts.Totals(Window * 2, _time.GetTimestamp()).ShouldBe((1, 0));
    }

    [Fact]
    public void Clear_forgets()
    {
        Add(first: 5, second: 5);

        _counts.Clear();

        Totals().ShouldBe((0, 0));
    }

    [Fact]
    public void Event_that_comes_late_is_counted_where_it_belongs()
    {
        var late = _time.GetTimestamp();
        _time.Advance(Slot * 3);
        Add(first: 1, second: 0);

        _counts.AddFirst(Window, late);
        Totals().ShouldBe((2, 0));

        _time.Advance(Window - (Slot * 2));
        Totals().ShouldBe((1, 0), "the late one has left the window, as its time says");
    }

    [Fact]
    public void Event_that_comes_too_late_for_its_slot_is_counted_all_the_same()
    {
        var late = _time.GetTimestamp();
        _time.Advance(Slot * (RollingCounts.WindowSlots + 2));
        Add(first: 1, second: 0);

        _counts.AddFirst(Window, late);

        Totals().ShouldBe((2, 0));
    }

    [Fact]
    public void Reader_who_is_late_by_a_slot_finds_the_whole_of_his_window()
    {
        Add(first: 0, second: 4);
        _time.Advance(Window);
        var late = _time.GetTimestamp();
        _time.Advance(Slot);
        Add(first: 1, second: 0);

        _counts.Totals(Window, late).Second.ShouldBe(4);
    }

    [Fact]
    public void Totals_over_random_traffic_are_those_of_a_list()
    {
        const int seed = 4711;
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var time = new FakeTime();
            var window = TimeSpan.FromTicks(random.NextInt64(10_000_000, 100_000_000));
            var slot = (window.Ticks + RollingCounts.WindowSlots - 1) / RollingCounts.WindowSlots;
            var counts = new RollingCounts(time);
            var events = new List<(long When, bool First)>();
            for (var step = 0; step < 500; step++)
            {
                // Mostly a part of a slot, now and then several windows.
                time.Advance(TimeSpan.FromTicks(random.NextInt64(random.Next(50) == 0 ? 30 * slot : slot / 5)));
                var now = time.GetTimestamp();
                var first = random.Next(3) > 0;
                events.Add((now, first));
                if (first)
                {
                    counts.AddFirst(window, now);
                }
                else
                {
                    counts.AddSecond(window, now);
                }

                var held = events.Where(e => (now / slot) - (e.When / slot) <= RollingCounts.WindowSlots).ToArray();
                counts.Totals(window, now).ShouldBe((held.Count(e => e.First), held.Count(e => !e.First)), $"seed {seed}, round {round}, step {step}");
                held.Length.ShouldBeGreaterThanOrEqualTo(events.Count(e => now - e.When <= window.Ticks), $"seed {seed}, round {round}, step {step}");
            }
        }
    }

    [Fact]
    public void Threads_at_once_lose_nothing_while_slots_begin()
    {
        const int threads = 4, turns = 25, each = 2_000;
        for (var turn = 0; turn < turns; turn++)
        {
            // Every turn a window away, so that each of its slots has old counts to be rid of.
            _time.Advance(Slot * 12);
            var beginning = _time.GetTimestamp();
            Threads.Run(threads, number =>
            {
                for (var i = 0; i < each; i++)
                {
                    // One of them moves the time on, over ten slots in all.
                    if (number == 0 && i % (each / RollingCounts.WindowSlots) == 0 && i > 0)
                    {
                        _time.Advance(Slot);
                    }

                    if ((i & 1) == 0)
                    {
                        _counts.AddFirst(Window, _time.GetTimestamp());
                    }
                    else
                    {
                        _counts.AddSecond(Window, _time.GetTimestamp());
                    }
                }
            });

            Totals().ShouldBe((threads * each / 2, threads * each / 2), $"turn {turn} from {beginning}");
        }
    }

    [Fact]
    public void Threads_that_count_the_first_of_a_slot_together_lose_none()
    {
        const int threads = 4, slots = 200;
        using var next = new Barrier(threads, _ => _time.Advance(Slot));
        var wrong = 0;
        Threads.Run(threads, number =>
        {
            for (var slot = 0; slot < slots; slot++)
            {
                next.Meet();
                _counts.AddFirst(Window, _time.GetTimestamp());
                next.Meet();
                if (number == 0 && slot > 10 && Totals().First != threads * 5)
                {
                    wrong++;
                }
            }
        });

        wrong.ShouldBe(0);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        Add(first: 1, second: 1);
        _time.Advance(Slot / 3);
        _ = Totals(); // What is made once is made by now, whichever test runs first.
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            _time.Advance(Slot / 3);
            Add(first: 1, second: 1);
            _ = Totals();
        }

        // What FakeTime allocates as it moves is not ours.
        var clock = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            _time.Advance(Slot / 3);
        }

        (clock - (GC.GetAllocatedBytesForCurrentThread() - before)).ShouldBe(0);
    }

    [Fact]
    public void Window_may_be_an_hour_of_nanoseconds_or_a_few_of_them()
    {
        var counts = new RollingCounts(TimeProvider.System);
        foreach (var window in new[] { TimeSpan.FromHours(1), TimeSpan.FromDays(10_000), Tick })
        {
            counts.AddFirst(window, TimeProvider.System.GetTimestamp());
            counts.Totals(window, 0).First.ShouldBe(1, $"{window}");
        }
    }

    private void Add(int first, int second)
    {
        for (var i = 0; i < first; i++)
        {
            _counts.AddFirst(Window, _time.GetTimestamp());
        }

        for (var i = 0; i < second; i++)
        {
            _counts.AddSecond(Window, _time.GetTimestamp());
        }
    }

    private (long First, long Second) Totals() => _counts.Totals(Window, _time.GetTimestamp());
}
