using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>The limits of destinations in <see cref="ConcurrencyLimit"/>.</summary>
public class DestinationLimitTests
{
    private readonly FakeTime _time = new();
    private readonly ConcurrencyLimit _limit;
    private readonly DestinationSlots _one = new();
    private readonly DestinationSlots _two = new();
    private LimitsOptions _options = new() { MaxConcurrentRequestsPerDestination = 2, MaxQueuedRequests = 100 };

    public DestinationLimitTests()
    {
        _limit = new ConcurrencyLimit(_time);
        _limit.Use([_one, _two]);
    }

    [Fact]
    public async Task Requests_are_admitted_for_as_many_slots_as_there_are()
    {
        for (var i = 0; i < 4; i++)
        {
            (await Enter()).ShouldBeTrue();
        }

        Enter().IsCompleted.ShouldBeFalse("there are four slots, though none is taken yet");
    }

    [Fact]
    public async Task Destination_gets_no_more_than_its_limit()
    {
        await EnterAsync(3);

        _limit.TryTakeSlot(_one).ShouldBeTrue();
        _limit.TryTakeSlot(_one).ShouldBeTrue();
        _limit.TryTakeSlot(_one).ShouldBeFalse();
        _limit.TryTakeSlot(_two).ShouldBeTrue();

        (_one.Taken, _two.Taken).ShouldBe((2, 1));
    }

    [Fact]
    public async Task Slot_taken_is_not_counted_twice()
    {
        await EnterAsync(1);
        _limit.TryTakeSlot(_one).ShouldBeTrue();

        await EnterAsync(3);
        Enter().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Cluster_limit_holds_besides()
    {
        _options.MaxConcurrentRequests = 3;

        await EnterAsync(3);

        Enter().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Released_slot_is_kept_for_the_retry_of_the_same_request()
    {
        await FillAsync();
        var waiting = Enter();

        _limit.ReleaseSlot(_one);
        waiting.IsCompleted.ShouldBeFalse();
        _limit.TryTakeSlot(_two).ShouldBeFalse("the retry does not wait, it picks another");
        _limit.TryTakeSlot(_one).ShouldBeTrue();

        _limit.ReleaseSlot(_one);
        _limit.Exit();
        (await waiting.WithDeadlineAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Destination_that_becomes_usable_admits_those_who_wait()
    {
        await FillAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => Enter()).ToArray();

        var three = new DestinationSlots();
        _limit.Use([_one, _two, three]);

        (await waiting[0].WithDeadlineAsync()).ShouldBeTrue();
        (await waiting[1].WithDeadlineAsync()).ShouldBeTrue();
        waiting[2].IsCompleted.ShouldBeFalse();
        _limit.TryTakeSlot(three).ShouldBeTrue();
        _limit.TryTakeSlot(three).ShouldBeTrue();
    }

    [Fact]
    public async Task Removed_destination_keeps_its_requests_and_gives_no_more_slots()
    {
        await EnterAsync(2);
        _limit.TryTakeSlot(_one).ShouldBeTrue();
        _limit.TryTakeSlot(_two).ShouldBeTrue();

        _limit.Use([_two]);
        await EnterAsync(1);
        var waiting = Enter();
        waiting.IsCompleted.ShouldBeFalse("two has one slot left, and that is kept for the third");

        _limit.ReleaseSlot(_one);
        _limit.Exit();
        waiting.IsCompleted.ShouldBeFalse("a slot at one is no use to anybody");

        _limit.ReleaseSlot(_two);
        _limit.Exit();
        (await waiting.WithDeadlineAsync()).ShouldBeTrue();
        (_one.Taken, _two.Taken).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Destination_that_comes_back_still_has_its_requests()
    {
        await EnterAsync(2);
        _limit.TryTakeSlot(_one).ShouldBeTrue();
        _limit.TryTakeSlot(_one).ShouldBeTrue();
        _limit.Use([_two]);

        _limit.Use([_one, _two]);

        await EnterAsync(2);
        Enter().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Where_no_destination_is_usable_nobody_waits_for_one()
    {
        await FillAsync();
        var waiting = Enter();

        _limit.Use([]);

        (await waiting.WithDeadlineAsync()).ShouldBeTrue();
        await EnterAsync(1);
    }

    [Fact]
    public async Task Limit_lowered_below_what_is_taken_lets_requests_finish_first()
    {
        await FillAsync();
        _options = new LimitsOptions { MaxConcurrentRequestsPerDestination = 1, MaxQueuedRequests = 100 };
        var waiting = Enter();

        _limit.ReleaseSlot(_one);
        _limit.Exit();
        waiting.IsCompleted.ShouldBeFalse("one has one of one");

        _limit.ReleaseSlot(_one);
        _limit.Exit();
        (await waiting.WithDeadlineAsync()).ShouldBeTrue("two has two of one, which takes nothing from one");
    }

    [Fact]
    public async Task Slots_are_counted_without_a_limit_too()
    {
        _options = new LimitsOptions { MaxConcurrentRequests = 10 };
        await EnterAsync(3);
        for (var i = 0; i < 3; i++)
        {
            _limit.TryTakeSlot(_one).ShouldBeTrue();
        }

        _options = new LimitsOptions { MaxConcurrentRequestsPerDestination = 2 };
        await EnterAsync(2); // At two; one has three of two.

        (await _limit.EnterAsync(_options, CancellationToken.None)).ShouldBeFalse();
    }

    /// <summary>
    /// Threads make requests of up to three attempts, while one of them takes destinations out and in. No destination ever has more than its
    /// limit, and in the end nothing is left. Some attempts last until somebody waits, so that limits are reached however the threads are
    /// scheduled.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Threads_at_once_keep_to_every_limit_and_lose_no_slot(int seed)
    {
        const int workers = 12, each = 1_000, perDestination = 2;
        DestinationSlots[] all = [_one, _two, new()];
        _limit.Use(all);
        var inside = new int[all.Length];
        int tooMany = 0, noSlot = 0, working = workers;
        await Workers.RunAsync(workers, async number =>
        {
            var random = new Random((seed * 100) + number);
            for (var i = 0; i < each; i++)
            {
                if (number == 0)
                {
                    // Never none, or nobody would be held back.
                    _limit.Use([.. all.Where((_, index) => index == i % all.Length || random.Next(2) == 0)]);
                }

                (await Enter()).ShouldBeTrue();
                for (var attempts = random.Next(1, 4); attempts > 0; attempts--)
                {
                    var picked = random.Next(all.Length);
                    if (!_limit.TryTakeSlot(all[picked]))
                    {
                        Interlocked.Increment(ref noSlot);
                        continue;
                    }

                    if (Interlocked.Increment(ref inside[picked]) > perDestination)
                    {
                        Interlocked.Increment(ref tooMany);
                    }

                    var stays = random.Next(4) == 0;
                    do
                    {
                        await Task.Yield();
                    }
                    while (stays && _limit.Queued == 0 && Volatile.Read(ref working) > all.Length * perDestination);
                    Interlocked.Decrement(ref inside[picked]);
                    _limit.ReleaseSlot(all[picked]);
                }

                _limit.Exit();
            }

            Interlocked.Decrement(ref working);
        });

        tooMany.ShouldBe(0, $"seed {seed}");
        noSlot.ShouldBeGreaterThan(0, $"seed {seed}: limits were reached");
        (_limit.InFlight, _limit.Queued, all.Sum(slots => slots.Taken), _time.TimerCount).ShouldBe((0, 0, 0, 0), $"seed {seed}");
    }

    /// <summary>Whoever is admitted finds a slot somewhere, as long as no destination is taken out.</summary>
    [Fact]
    public async Task Threads_at_once_find_the_slot_that_is_kept_for_them()
    {
        const int looksMax = 10_000;
        DestinationSlots[] all = [_one, _two];
        _options.MaxConcurrentRequestsPerDestination = 1;
        await Workers.RunAsync(8, async number =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                (await Enter()).ShouldBeTrue();
                var looks = 0;
                while (!_limit.TryTakeSlot(all[(number + looks) % all.Length]))
                {
                    // Not this one: another thread was quicker. It must be the other then, though perhaps not at the same moment.
                    (++looks).ShouldBeLessThan(looksMax);
                    Thread.Yield();
                }

                await Task.Yield();
                _limit.ReleaseSlot(all[(number + looks) % all.Length]);
                _limit.Exit();
            }
        });

        (_limit.InFlight, _one.Taken, _two.Taken).ShouldBe((0, 0, 0));
    }

    private async Task FillAsync()
    {
        await EnterAsync(4);
        foreach (var slots in new[] { _one, _one, _two, _two })
        {
            _limit.TryTakeSlot(slots).ShouldBeTrue();
        }
    }

    private async Task EnterAsync(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            var entering = Enter();
            entering.IsCompleted.ShouldBeTrue();
            (await entering).ShouldBeTrue();
        }
    }

    private Task<bool> Enter() => _limit.EnterAsync(_options, CancellationToken.None).AsTask();
}
