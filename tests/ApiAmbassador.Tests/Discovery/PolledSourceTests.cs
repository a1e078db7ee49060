using System.Collections.Concurrent;
using System.Diagnostics;
using ApiAmbassador.Discovery;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Discovery;

public sealed class PolledSourceTests : IAsyncDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly FakeTime _time = new();
    private readonly AskedSource _source = new();
    private readonly ConcurrentQueue<SourceAnswer> _told = new();
    private readonly CancellationTokenSource _end = new();
    private PolledSource? _polled;
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.WithDeadlineAsync();
        _time.TimerCount.ShouldBe(0);
        _end.Dispose();
    }

    [Theory]
    [InlineData(0, 900)]
    [InlineData(0.5, 950)]
    [InlineData(0.999, 999.9)]
    public async Task Question_comes_again_after_the_refresh_or_up_to_a_tenth_before(double random, double milliseconds)
    {
        _source.Next("a");
        Run(TimeSpan.FromSeconds(1), random);
        await ToldAsync(1);
        await PastRestAsync();

        Pass(TimeSpan.FromMilliseconds(milliseconds) - Rest - Tick);
        NothingIsAsked(1);
        Pass(Tick);

        await AskedAsync(2);
        _told.ShouldHaveSingleItem().Instances.ShouldHaveSingleItem().Host.ShouldBe("a");
    }

    [Fact]
    public async Task Wish_is_granted_once_the_rest_is_over_and_many_are_one()
    {
        _source.Next("a");
        _source.Next("b");
        Run(TimeSpan.FromDays(1));
        await ToldAsync(1);
        for (var wish = 0; wish < 10; wish++)
        {
            _polled!.AskNow();
        }

        Pass(Rest - Tick);
        NothingIsAsked(1);
        Pass(Tick);
        await ToldAsync(2);

        await PastRestAsync();
        Pass(TimeSpan.FromHours(12));
        NothingIsAsked(2);
        _polled!.AskNow();
        await AskedAsync(3);
    }

    [Fact]
    public async Task Wish_during_a_question_is_granted_by_the_next_one()
    {
        var answer = new TaskCompletionSource<SourceAnswer>();
        _source.Next(_ => answer.Task);
        Run(TimeSpan.FromDays(1));
        await AskedAsync(1);

        _polled!.AskNow();
        answer.SetResult(SourceAnswer.Listed([]));
        await ToldAsync(1);
        Pass(Rest);

        await AskedAsync(2);
    }

    [Fact]
    public async Task Wish_is_granted_by_a_question_that_was_due_anyway()
    {
        var answer = new TaskCompletionSource<SourceAnswer>();
        _source.Next(_ => answer.Task);
        _source.Next("b");
        Run(TimeSpan.FromSeconds(1));
        await AskedAsync(1);
        Pass(TimeSpan.FromSeconds(3));
        answer.SetResult(SourceAnswer.Listed([]));
        await ToldAsync(1);

        _polled!.AskNow();
        Pass(Rest); // It is late, so that it asks now, wish or no wish.
        await ToldAsync(2);
        await PastRestAsync();

        NothingIsAsked(2);
    }

    [Fact]
    public async Task Wish_does_not_hasten_what_is_quicker_than_the_rest()
    {
        _source.Next("a");
        Run(TimeSpan.FromMilliseconds(100));
        await ToldAsync(1);

        _polled!.AskNow();
        Pass(TimeSpan.FromMilliseconds(90) - Tick);
        NothingIsAsked(1);
        Pass(Tick);

        await AskedAsync(2);
    }

    [Fact]
    public async Task Source_that_takes_longer_than_its_refresh_has_its_rest()
    {
        var answer = new TaskCompletionSource<SourceAnswer>();
        _source.Next(_ => answer.Task);
        Run(TimeSpan.FromSeconds(1));
        await AskedAsync(1);

        Pass(TimeSpan.FromSeconds(3));
        answer.SetResult(SourceAnswer.Listed([]));
        await ToldAsync(1);
        Pass(Rest - Tick);
        NothingIsAsked(1);
        Pass(Tick);

        await AskedAsync(2);
    }

    [Fact]
    public async Task Exception_is_an_answer_without_secrets_and_the_next_question_comes()
    {
        _source.Next(_ => throw new InvalidOperationException("broken:\nhttp://user:hunter2@registry/"));
        _source.Next(_ => Task.FromException<SourceAnswer>(new OperationCanceledException("of its own")));
        Run(TimeSpan.FromSeconds(1));
        await ToldAsync(1);
        await PastRestAsync();
        Pass(Rest);
        await ToldAsync(2);

        _told.Select(answer => answer.Error).ShouldBe(["broken: (redacted)@registry/", "of its own"]);
    }

    [Fact]
    public async Task Source_that_hangs_is_given_up_and_asked_again()
    {
        Run(TimeSpan.FromSeconds(1));
        await AskedAsync(1);

        Pass(PolledSource.Patience - Tick);
        _told.ShouldBeEmpty();
        Pass(Tick);
        await ToldAsync(1);
        Pass(Rest);

        await AskedAsync(2);
        _told.ShouldHaveSingleItem().Error.ShouldBe("no answer within 10 s");
    }

    [Fact]
    public async Task Question_that_does_not_end_is_not_joined_by_another()
    {
        var late = new TaskCompletionSource<SourceAnswer>();
        _source.Next(_ => late.Task);
        Run(TimeSpan.FromSeconds(1));
        await AskedAsync(1);

        for (var round = 1; round <= 3; round++)
        {
            Pass(PolledSource.Patience);
            await ToldAsync(round);
            Pass(Rest);
            await UntilAsync(() => _time.TimerCount == 1, "the next round waits");
        }

        NothingIsAsked(1);
        _source.Next("b");
        late.SetResult(SourceAnswer.Listed([new Instance("http", "late", 80)]));
        await ToldAsync(4);

        _source.Questions.ShouldBe(2);
        _told.Select(answer => answer.Error ?? answer.Instances[0].Host)
            .ShouldBe(["no answer within 10 s", "no answer within 10 s", "no answer within 10 s", "b"]);
    }

    [Theory]
    [InlineData("question")]
    [InlineData("rest")]
    [InlineData("pause")]
    public async Task Cancelled_source_ends_without_a_word(string during)
    {
        if (during != "question")
        {
            _source.Next("a");
        }

        Run(TimeSpan.FromSeconds(5));
        await AskedAsync(1);
        var told = during == "question" ? 0 : 1;
        await ToldAsync(told);
        if (during == "pause")
        {
            await PastRestAsync();
        }

        await _end.CancelAsync();
        await _running.WithDeadlineAsync();

        _told.Count.ShouldBe(told);
        _source.Questions.ShouldBe(1);
        _time.TimerCount.ShouldBe(0);
    }

    [Fact]
    public async Task Question_of_its_own_is_cancelled_into_an_answer()
    {
        using var cancelled = new CancellationTokenSource();
        var asked = PolledSource.AskAsync(_source, _time, cancelled.Token);

        await cancelled.CancelAsync();

        (await asked.WithDeadlineAsync()).Error.ShouldNotBeNull();
    }

    private void Run(TimeSpan refresh, double random = 0)
    {
        _polled = new PolledSource(_source, refresh, _time, new FixedRandom(random));
        _running = _polled.RunAsync(_told.Enqueue, _end.Token);
    }

    private void Pass(TimeSpan time) => _time.Advance(time);

    /// <summary>The clock stands at the one timer of a pause or of a question, and nobody has asked.</summary>
    private void NothingIsAsked(int since) => (_time.TimerCount, _source.Questions).ShouldBe((1, since));

    private async Task PastRestAsync()
    {
        Pass(Rest);
        await UntilAsync(() => _time.TimerCount == 1, "the rest is over and the pause goes on");
    }

    private Task AskedAsync(int questions) => UntilAsync(() => _source.Questions == questions, $"question {questions}");

    /// <summary>So many answers are told, and the pause after the last has begun.</summary>
    private Task ToldAsync(int answers) => UntilAsync(() => _told.Count == answers && _time.TimerCount == 1, $"answer {answers}");

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(
                Deadlines.Deadline, $"{what}; seen: {_source.Questions} questions, {_told.Count} answers, {_time.TimerCount} timers");
            await Task.Yield();
        }
    }

    /// <summary>Falls always on the same number.</summary>
    private sealed class FixedRandom(double number) : Random
    {
        public override double NextDouble() => number;
    }
}
