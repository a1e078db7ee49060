using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>The whole cluster's limit and the queue; <see cref="DestinationLimitTests"/> has those of
/// destinations, <see cref="ConcurrencyLimitThreadTests"/> what threads do to it.</summary>
public class ConcurrencyLimitTests
{
    private readonly FakeTime _time = new();
    private readonly ConcurrencyLimit _limit;
    private LimitsOptions _options = new() { MaxConcurrentRequests = 2, MaxQueuedRequests = 3 };

    public ConcurrencyLimitTests() => _limit = new ConcurrencyLimit(_time);

    [Fact]
    public async Task Requests_up_to_the_limit_are_admitted_at_once()
    {
        (await EnterAtOnceAsync()).ShouldBeTrue();
        (await EnterAtOnceAsync()).ShouldBeTrue();

        (_limit.InFlight, _limit.Queued).ShouldBe((2, 0));
    }

    [Fact]
    public async Task Without_limits_everybody_is_admitted()
    {
        _options = new LimitsOptions();
        for (var i = 0; i < 1_000; i++)
        {
            (await EnterAtOnceAsync()).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Without_a_queue_what_is_beyond_is_refused_at_once()
    {
        _options.MaxQueuedRequests = 0;
        await FillAsync();

        (await EnterAtOnceAsync()).ShouldBeFalse();

        _limit.Exit();
        (await EnterAtOnceAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Full_queue_refuses_at_once()
    {
        await FillAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => Enter()).ToArray();

        (await EnterAtOnceAsync()).ShouldBeFalse();

        (_limit.InFlight, _limit.Queued).ShouldBe((2, 3));
        waiting.ShouldAllBe(task => !task.IsCompleted);
    }

    [Fact]
    public async Task Those_who_wait_are_admitted_in_the_order_of_arrival()
    {
        await FillAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => Enter()).ToArray();

        for (var i = 0; i < waiting.Length; i++)
        {
            _limit.Exit();
            (await waiting[i].WithDeadlineAsync()).ShouldBeTrue();
            waiting.Skip(i + 1).ShouldAllBe(task => !task.IsCompleted);
            _limit.InFlight.ShouldBe(2);
        }

        _time.TimerCount.ShouldBe(0);
    }

    [Fact]
    public async Task Newcomer_does_not_overtake_those_who_wait()
    {
        await FillAsync();
        var first = Enter();
        _options = With(maxConcurrent: 3);

        var second = Enter(); // There is room for one now, and it is not him.

        (await first.WithDeadlineAsync()).ShouldBeTrue();
        second.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Raised_limit_admits_at_the_next_event()
    {
        await FillAsync();
        var waiting = new[] { Enter(), Enter() };

        _options = With(maxConcurrent: 5);
        (await EnterAtOnceAsync()).ShouldBeTrue();

        (await Task.WhenAll(waiting).WithDeadlineAsync()).ShouldBe([true, true]);
        _limit.InFlight.ShouldBe(5);
    }

    [Fact]
    public async Task Lowered_limit_lets_requests_finish_first()
    {
        await FillAsync();
        _options = With(maxConcurrent: 1);
        var waiting = Enter();

        _limit.Exit();
        waiting.IsCompleted.ShouldBeFalse();

        _limit.Exit();
        (await waiting.WithDeadlineAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused()
    {
        await FillAsync();
        var first = Enter();
        _time.Advance(_options.QueueTimeout / 2);
        var second = Enter();

        _time.Advance((_options.QueueTimeout / 2) - TimeSpan.FromTicks(1));
        first.IsCompleted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromTicks(1));
        (await first.WithDeadlineAsync()).ShouldBeFalse();
        second.IsCompleted.ShouldBeFalse();
        (_limit.InFlight, _limit.Queued).ShouldBe((2, 1));

        _limit.Exit();
        (await second.WithDeadlineAsync()).ShouldBeTrue("the next in the queue is he who still waits");
        _time.TimerCount.ShouldBe(0);
    }

    [Fact]
    public async Task Caller_who_leaves_gives_up_his_place()
    {
        await FillAsync();
        using var caller = new CancellationTokenSource();
        var leaver = EnterFor(caller.Token);
        var next = Enter();

        await caller.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(() => leaver.WithDeadlineAsync())).CancellationToken.ShouldBe(caller.Token);
        (_limit.InFlight, _limit.Queued).ShouldBe((2, 1));
        _limit.Exit();
        (await next.WithDeadlineAsync()).ShouldBeTrue();
        _time.TimerCount.ShouldBe(0);
    }

    [Fact]
    public async Task Caller_who_has_left_before_does_not_wait()
    {
        await FillAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => EnterFor(new CancellationToken(canceled: true)).WithDeadlineAsync());

        (_limit.InFlight, _limit.Queued, _time.TimerCount).ShouldBe((2, 0, 0));
    }

    [Fact]
    public async Task Caller_who_leaves_after_admission_has_his_place_until_he_exits()
    {
        await FillAsync();
        using var caller = new CancellationTokenSource();
        var leaver = EnterFor(caller.Token);
        var next = Enter();

        _limit.Exit();
        await caller.CancelAsync();

        (await leaver.WithDeadlineAsync()).ShouldBeTrue();
        next.IsCompleted.ShouldBeFalse();
        _limit.Exit();
        (await next.WithDeadlineAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Exiting_thread_does_not_run_what_it_admits()
    {
        await FillAsync();

        // On a thread of the pool: a test's own context would run it elsewhere in any case.
        var ranHere = await Task.Run(() =>
        {
            var here = Environment.CurrentManagedThreadId;
            var ranOn = 0;
            _ = Enter().ContinueWith(
                _ => ranOn = Environment.CurrentManagedThreadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            _limit.Exit();
            return ranOn == here;
        }).WithDeadlineAsync();

        ranHere.ShouldBeFalse();
    }

    private static LimitsOptions With(int maxConcurrent) => new() { MaxConcurrentRequests = maxConcurrent, MaxQueuedRequests = 3 };

    private async Task FillAsync()
    {
        for (var i = 0; i < _options.MaxConcurrentRequests; i++)
        {
            (await EnterAtOnceAsync()).ShouldBeTrue();
        }
    }

    private ValueTask<bool> EnterAtOnceAsync()
    {
        var entering = _limit.EnterAsync(_options, CancellationToken.None);
        entering.IsCompleted.ShouldBeTrue();
        return entering;
    }

    private Task<bool> Enter() => EnterFor(CancellationToken.None);

    private Task<bool> EnterFor(CancellationToken caller) => _limit.EnterAsync(_options, caller).AsTask();
}
