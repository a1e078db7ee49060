using System.Net;
using ApiAmbassador.Admin;
using ApiAmbassador.Observability;
using ApiAmbassador.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApiAmbassador.Tests.Admin;

public sealed class RefusedAttemptsTests : IDisposable
{
    private static readonly ChangeRefusal WrongToken = new(401, "this is not the token");

    private readonly FakeTime _time = new();
    private readonly Timeline _timeline;
    private readonly RefusedAttempts _attempts;

    public RefusedAttemptsTests()
    {
        _timeline = new Timeline(_time);
        _attempts = new RefusedAttempts(_timeline, _time, NullLogger<RefusedAttempts>.Instance);
    }

    public void Dispose() => _attempts.Dispose();

    [Fact]
    public void First_is_told_at_once_with_its_address_and_reason()
    {
        _attempts.Add(IPAddress.Parse("::ffff:10.0.0.5"), WrongToken);

        Told().ShouldBe(["an attempt to change something was refused, from 10.0.0.5: 401, this is not the token"]);
    }

    [Fact]
    public void Those_that_follow_are_told_once_an_interval_by_their_number()
    {
        Add(1_000);
        Told().Length.ShouldBe(1);

        _time.Advance(RefusedAttempts.Interval);
        Told().ShouldBe([Told()[0], "999 more attempts to change something were refused within 60 s, the last from 10.0.0.6: 401, this is not the token"]);

        Add(3);
        _time.Advance(RefusedAttempts.Interval);
        Told()[2].ShouldStartWith("3 more attempts");
    }

    [Fact]
    public void After_an_interval_without_any_the_next_is_told_at_once_and_no_timer_is_left()
    {
        Add(1);
        _time.Advance(RefusedAttempts.Interval);
        _time.TimerCount.ShouldBe(0);

        Add(1);

        Told().Length.ShouldBe(2);
    }

    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _attempts.Add(IPAddress.Parse("10.0.0.6"), WrongToken);
        }
    }

    private string[] Told() => [.. _timeline.Newest(Timeline.EntriesMax).Select(entry => entry.Text)];
}
