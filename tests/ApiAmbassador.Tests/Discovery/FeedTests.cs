using System.Collections.Concurrent;
using ApiAmbassador.Discovery;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Discovery;

public sealed class FeedTests : IDisposable
{
    private static readonly FeedId Id = new("api", "file", "targets.json", "");
    private static readonly Instance[] Kept = [new("http", "kept", 80)];

    private readonly FakeTime _time = new();
    private readonly PushedSource _source = new();
    private readonly ConcurrentQueue<(FeedState Before, FeedState After)> _changes = new();
    private readonly Feed _feed;

    public FeedTests() => _feed = Create([]);

    public void Dispose() => _feed.Dispose();

    [Fact]
    public async Task Error_keeps_the_list_and_is_counted_and_the_age_goes_on()
    {
        await _source.PushAsync("a");
        var goodAt = _feed.State.GoodAt;
        _time.Advance(TimeSpan.FromSeconds(5));
        await _source.FailAsync("is down");
        await _source.FailAsync("is down");

        Hosts(_feed).ShouldBe(["a"]);
        _feed.State.ShouldSatisfyAllConditions(
            state => state.Errors.ShouldBe(2), state => state.Error.ShouldBe("is down"), state => state.GoodAt.ShouldBe(goodAt), state => state.IsKept.ShouldBeFalse());
        await _source.PushAsync("a");
        _feed.State.Error.ShouldBeNull();
        _feed.State.GoodAt.ShouldBe(goodAt + TimeSpan.FromSeconds(5));
        _feed.State.Errors.ShouldBe(2);
    }

    [Fact]
    public async Task First_answer_that_is_an_error_is_an_answer_and_brings_what_was_kept()
    {
        var source = new PushedSource();
        using var feed = Create(Kept, source);
        feed.Answered.IsCompleted.ShouldBeFalse();
        await source.FailAsync("is down");

        await feed.Answered.WithDeadlineAsync();
        Hosts(feed).ShouldBe(["kept"]);
        feed.State.IsKept.ShouldBeTrue();
        await source.PushAsync("a");
        Hosts(feed).ShouldBe(["a"]);
        feed.State.IsKept.ShouldBeFalse();
    }

    [Fact]
    public async Task Kept_list_is_not_taken_once_there_was_a_good_answer()
    {
        var source = new PushedSource();
        using var feed = Create(Kept, source);
        await source.PushAsync("a");
        feed.UseKept();
        await source.FailAsync("is down");

        Hosts(feed).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Source_that_ends_has_failed_whether_it_says_so_or_not(bool isBug)
    {
        await _source.PushAsync("a");
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = new PushedSource();
        using var feed = new Feed(Id, source, new LastGood(3, 0.5), [], (_, _, after) => failed.TrySetResult(), _time);

        source.End(isBug ? new InvalidOperationException("a bug\r\nat line 3") : null);

        await failed.Task.WithDeadlineAsync();
        feed.State.Error.ShouldBe(isBug ? "the source ended: a bug  at line 3" : "the source ended");
        await feed.Answered.WithDeadlineAsync();
    }

    [Fact]
    public async Task What_is_followed_no_more_is_told_to_end_changes_nothing_and_is_not_waited_for()
    {
        await _source.PushAsync("a");
        var changes = _changes.Count;
        _feed.Dispose();
        await _source.Stopped.Task.WithDeadlineAsync();

        await _source.PushAsync("b");
        await _source.FailAsync("late");

        Hosts(_feed).ShouldBe(["a"]);
        _changes.Count.ShouldBe(changes);
        var silent = Create([], new PushedSource());
        silent.Dispose();
        await silent.Answered.WithDeadlineAsync();
    }

    [Fact]
    public async Task Held_ones_are_let_go_where_they_have_failed()
    {
        await _source.PushAsync("a", "b", "c", "d", "e");
        await _source.PushAsync("a");
        _feed.State.Held.ShouldBe(4);
        var changes = _changes.Count;

        _feed.Release(_ => false);
        _changes.Count.ShouldBe(changes, "nothing has changed");
        _feed.Release(instance => instance.Host is "b" or "c");

        Hosts(_feed).ShouldBe(["a", "d", "e"]);
        _time.Advance(LastGood.HoldMax);
        _feed.Release(_ => false);
        Hosts(_feed).ShouldBe(["a"]);
    }

    private static string[] Hosts(Feed feed) => [.. feed.State.List.Select(instance => instance.Host)];

    private Feed Create(IReadOnlyList<Instance> kept, PushedSource? source = null) =>
        new(Id, source ?? _source, new LastGood(3, 0.5), kept, (_, before, after) => _changes.Enqueue((before, after)), _time);
}
