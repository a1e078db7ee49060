using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>The cluster's limit and its queue under many threads.</summary>
public class ConcurrencyLimitThreadTests
{
    private readonly FakeTime _time = new();
    private readonly ConcurrencyLimit _limit;
    private readonly LimitsOptions _options = new();

    public ConcurrencyLimitThreadTests() => _limit = new ConcurrencyLimit(_time);

    /// <summary>One who waits, and two threads: one makes room for him while the other tells him that he has left or waited too long.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Place_made_as_its_waiter_gives_up_is_neither_lost_nor_given_twice(bool leaves)
    {
        const int seed = 7, turns = 5_000;
        (_options.MaxConcurrentRequests, _options.MaxQueuedRequests) = (1, 1);
        var caller = new CancellationTokenSource();
        var waiting = Task.FromResult(false);
        using var turn = new Barrier(2, _ =>
        {
            EnterFor(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
            caller.Dispose();
            caller = new CancellationTokenSource();
            waiting = EnterFor(caller.Token);
        });
        using var end = new Barrier(2, _ =>
        {
            // Left: an exception. Too late: false. Whoever was admitted exits.
            ((IAsyncResult)waiting).AsyncWaitHandle.WaitOne(Deadlines.Deadline).ShouldBeTrue();
            if (waiting.IsCompletedSuccessfully && waiting.Result)
            {
                _limit.Exit();
            }

            (_limit.InFlight, _limit.Queued).ShouldBe((0, 0), $"seed {seed}");
        });
        Threads.Run(2, number =>
        {
            var random = new Random(seed + number);
            for (var i = 0; i < turns; i++)
            {
                turn.Meet();
                Thread.SpinWait(random.Next(30));
                if (number == 0)
                {
                    _limit.Exit();
                }
                else if (leaves)
                {
                    caller.Cancel();
                }
                else
                {
                    _time.Advance(_options.QueueTimeout);
                }

                end.Meet();
            }
        });
        caller.Dispose();
    }

    /// <summary>
    /// Threads enter, leave, lose patience and exit at random. Who is inside is counted here, apart. Some stay until the queue is full, so
    /// that everything happens however the threads are scheduled.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Threads_at_once_keep_to_the_limit_and_lose_no_place(int seed)
    {
        const int limit = 3, queue = 5, workers = 12, each = 1_000;
        (_options.MaxConcurrentRequests, _options.MaxQueuedRequests) = (limit, queue);
        int inside = 0, most = 0, admitted = 0, refused = 0, left = 0, working = workers;
        await Workers.RunAsync(workers, async number =>
        {
            var random = new Random((seed * 100) + number);
            for (var i = 0; i < each; i++)
            {
                var entered = await EnterOrLeaveAsync(random);
                if (entered != true)
                {
                    _ = entered is null ? Interlocked.Increment(ref left) : Interlocked.Increment(ref refused);
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Increment(ref inside));
                Interlocked.Increment(ref admitted);
                var stays = random.Next(4) == 0;
                do
                {
                    await Task.Yield();
                }
                while (stays && _limit.Queued < queue && Volatile.Read(ref working) > limit + queue);
                Interlocked.Decrement(ref inside);
                _limit.Exit();
            }

            Interlocked.Decrement(ref working);
        });

        var outcome = $"seed {seed}: admitted {admitted}, refused {refused}, left {left}";
        most.ShouldBe(limit, outcome);
        new[] { admitted, refused, left }.ShouldAllBe(count => count > 0, outcome);
        (admitted + refused + left).ShouldBe(workers * each, outcome);
        (_limit.InFlight, _limit.Queued, _time.TimerCount).ShouldBe((0, 0, 0), outcome);
    }

    /// <summary>Null: the caller left while he waited. A quarter of the callers leave, and at times the clock moves; both race with admission.</summary>
    private async Task<bool?> EnterOrLeaveAsync(Random random)
    {
        using var caller = new CancellationTokenSource();
        var entering = EnterFor(caller.Token);
        switch (random.Next(4))
        {
            case 0:
                await caller.CancelAsync();
                break;
            case 1:
                _time.Advance(_options.QueueTimeout / 4);
                break;
        }

        try
        {
            return await entering;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private Task<bool> EnterFor(CancellationToken caller) => _limit.EnterAsync(_options, caller).AsTask();
}
