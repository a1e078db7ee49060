using ApiAmbassador.Observability;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Observability;

public class TimelineTests
{
    private readonly FakeTime _time = new();
    private readonly Timeline _timeline;

    public TimelineTests() => _timeline = new Timeline(_time);

    [Fact]
    public void Entry_has_its_number_time_and_cause()
    {
        _time.Advance(TimeSpan.FromSeconds(3));
        _timeline.Add(TimelineKind.Breaker, "api/one", "circuit opened", ["detail"]);

        var entry = _timeline.After(0, 10).ShouldHaveSingleItem();
        (entry.Sequence, entry.Time, entry.Kind, entry.Subject, entry.Text).ShouldBe((1, _time.GetUtcNow(), TimelineKind.Breaker, "api/one", "circuit opened"));
        entry.Details.ShouldBe(["detail"]);
    }

    [Fact]
    public void Only_the_newest_are_kept_and_come_in_order()
    {
        AddMany(Timeline.EntriesMax + 7);

        var all = _timeline.After(0, int.MaxValue);
        all.Select(entry => entry.Sequence).ShouldBe(Enumerable.Range(8, Timeline.EntriesMax).Select(number => (long)number));
        _timeline.Last.ShouldBe(Timeline.EntriesMax + 7);
    }

    [Theory]
    [InlineData(0, 2, "1 2")]
    [InlineData(3, 10, "4 5")]
    [InlineData(5, 10, "")]
    [InlineData(99, 10, "")]
    [InlineData(-1, 1, "1")]
    public void After_gives_what_is_asked(long after, int limit, string expected)
    {
        AddMany(5);

        string.Join(' ', _timeline.After(after, limit).Select(entry => entry.Sequence)).ShouldBe(expected);
    }

    [Fact]
    public void Text_and_details_are_bounded_and_hold_no_password()
    {
        _timeline.Add(TimelineKind.Refused, "api", new string('x', 10_000), [.. Enumerable.Range(1, 80).Select(i => $"line {i}")]);
        _timeline.Add(TimelineKind.Destination, "api/http://user:hunter2@one", "came, at http://user:hunter2@one?apikey=hunter2", ["token=hunter2"]);

        var (long1, secret) = (_timeline.After(0, 1)[0], _timeline.After(1, 1)[0]);
        long1.Text.Length.ShouldBe(Timeline.TextMax);
        long1.Details.Count.ShouldBe(Timeline.DetailsMax);
        long1.Details[^1].ShouldBe("and 31 more");
        $"{secret.Subject} {secret.Text} {secret.Details[0]}".ShouldNotContain("hunter2");
    }

    [Fact]
    public void Follower_gets_what_is_known_and_then_what_comes()
    {
        AddMany(3);
        var (_, known, coming) = _timeline.Follow(after: 1);
        using (coming)
        {
            AddMany(1);
            known.Select(entry => entry.Sequence).ShouldBe([2, 3]);
            coming.Entries.TryRead(out var entry).ShouldBeTrue();
            entry!.Sequence.ShouldBe(4);
        }

        AddMany(1);
        coming.Entries.TryRead(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(4)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Follower_who_names_a_number_of_another_process_gets_all_there_is(long number)
    {
        AddMany(3);
        var (after, known, coming) = _timeline.Follow(number);

        coming.Dispose();
        after.ShouldBe(0);
        known.Select(entry => entry.Sequence).ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData(2, "4 5")]
    [InlineData(10, "1 2 3 4 5")]
    [InlineData(0, "")]
    public void Newest_gives_the_end_in_order(int limit, string expected)
    {
        AddMany(5);

        string.Join(' ', _timeline.Newest(limit).Select(entry => entry.Sequence)).ShouldBe(expected);
    }

    [Fact]
    public void Follower_who_is_slow_loses_the_oldest_and_sees_the_gap()
    {
        var (_, _, coming) = _timeline.Follow(after: 0);
        AddMany(Timeline.WaitingMax + 5);

        coming.Entries.Count.ShouldBe(Timeline.WaitingMax);
        coming.Entries.TryRead(out var first).ShouldBeTrue();
        first!.Sequence.ShouldBe(6);
        coming.Dispose();
    }

    [Fact]
    public async Task Writers_at_once_leave_no_gap()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => AddMany(100), TestContext.Current.CancellationToken)));

        _timeline.After(0, 1000).Select(entry => entry.Sequence).ShouldBe(Enumerable.Range(1, 400).Select(number => (long)number));
    }

    private void AddMany(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _timeline.Add(TimelineKind.Health, "api/one", "healthy again");
        }
    }
}
