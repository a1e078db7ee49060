using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>Which connections may serve again, and what those see that are cut.</summary>
public class Http1ConnectionEndTests
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_that_rests_serves_again_and_hears_of_its_end()
    {
        using var peer = await Peer.WithAsync(Hello);
        await peer.ReadAsync();
        peer.Connection.IsReused.ShouldBeFalse();

        peer.Connection.TryRest(now: 7).ShouldBeTrue();
        (peer.Connection.IsReused, peer.Connection.HasAnswered, peer.Connection.HasEnded, peer.Connection.RestsSince).ShouldBe((true, false, false, 7));
        await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nagain\r\n0\r\nX-Sum: 7\r\n\r\n");
        (await peer.ReadAsync()).ShouldBe(new ReadAnswer(200, "Transfer-Encoding: chunked", "again", "X-Sum: 7"));
        peer.Connection.TryRest(now: 8).ShouldBeTrue();
        peer.Connection.Trailers.ShouldBeNull();

        peer.End();
        await Peer.UntilAsync(() => peer.Connection.HasEnded);
        (await Should.ThrowAsync<HttpIOException>(peer.ReadAsync())).HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
        peer.Connection.HasAnswered.ShouldBeFalse();
    }

    [Fact]
    public async Task Connection_that_speaks_unasked_while_it_rests_has_ended()
    {
        using var peer = await Peer.WithAsync(Hello);
        await peer.ReadAsync();
        peer.Connection.TryRest(now: 1).ShouldBeTrue();

        await peer.SendAsync("HTTP/1.1 408 Request Timeout\r\n\r\n");

        await Peer.UntilAsync(() => peer.Connection.HasEnded);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!", false)] // More than was to come.
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n\r\n", false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\nhello", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", false)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello", true)]
    public async Task Connection_of_which_it_is_not_certain_where_the_next_answer_begins_does_not_rest(string text, bool ends)
    {
        using var peer = await Peer.WithAsync(text, ends);
        await peer.ReadAsync();

        peer.Connection.TryRest(now: 1).ShouldBeFalse();
    }

    [Fact]
    public async Task Connection_whose_answer_was_not_read_to_its_end_does_not_rest()
    {
        using var peer = await Peer.WithAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        peer.Connection.TryRest(now: 1).ShouldBeFalse();
        await peer.Connection.ReadHeadAsync(isHead: false).AsTask().WithDeadlineAsync();
        peer.Connection.TryRest(now: 1).ShouldBeFalse();
        (await peer.Connection.ReadBodyAsync().AsTask().WithDeadlineAsync()).Length.ShouldBe(5);

        peer.Connection.TryRest(now: 1).ShouldBeFalse();
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nhello", true)]
    [InlineData("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\nX-Sum: 7\r\n\r\n", true)]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 6\r\n\r\nhello", false)]
    [InlineData("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", false)]
    [InlineData("HTTP/1.1 503 Busy\r\n\r\nhello", false)]
    public async Task Body_that_nobody_wants_is_read_over_where_all_of_it_is_here(string text, bool isHere)
    {
        using var peer = await Peer.WithAsync(text);
        await peer.Connection.ReadHeadAsync(isHead: false).AsTask().WithDeadlineAsync();

        peer.Connection.TrySkipBody().ShouldBe(isHere);

        peer.Connection.TryRest(now: 1).ShouldBe(isHere);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello")] // Its end is no end of the body.
    public async Task Cut_ends_the_wait_and_never_gives_a_short_answer(string text)
    {
        using var peer = await Peer.ConnectAsync();
        var reading = peer.ReadAsync();
        await peer.SendApartAsync([System.Text.Encoding.Latin1.GetBytes(text)]);

        peer.Connection.Cut(CutCause.Cancelled);

        await Should.ThrowAsync<OperationCanceledException>(reading);
        peer.Connection.CutToken.IsCancellationRequested.ShouldBeTrue();
        peer.Connection.TryRest(now: 1).ShouldBeFalse();
    }

    [Fact]
    public async Task Cut_before_the_first_read_is_a_cut_too()
    {
        using var peer = await Peer.WithAsync(Hello);
        await peer.ReadAsync();
        peer.Connection.TryRest(now: 1).ShouldBeTrue();

        peer.Connection.Cut(CutCause.Cancelled);

        await Should.ThrowAsync<OperationCanceledException>(peer.ReadAsync());
    }

    [Fact]
    public async Task Cut_after_the_answer_leaves_no_connection_that_rests()
    {
        using var peer = await Peer.WithAsync(Hello);
        (await peer.ReadAsync()).Body.ShouldBe("hello");

        peer.Connection.Cut(CutCause.Cancelled);

        peer.Connection.TryRest(now: 1).ShouldBeFalse();
    }

    [Fact]
    public async Task Cut_for_the_first_cause_counts()
    {
        using var peer = await Peer.ConnectAsync();
        peer.Connection.Cause.ShouldBe(CutCause.None);

        peer.Connection.Cut(CutCause.Idle);
        peer.Connection.Cut(CutCause.Cancelled);

        peer.Connection.Cause.ShouldBe(CutCause.Idle);
    }

    [Fact]
    public async Task Pause_is_cut_when_it_is_too_long_and_not_before()
    {
        using var peer = await Peer.WithAsync(Hello);
        peer.Connection.CutIfPausedTooLong(now: long.MaxValue); // Nothing is under way.
        peer.Connection.MayPauseUntil(100);
        peer.Connection.CutIfPausedTooLong(99);
        peer.Connection.MayPauseUntil(200);
        peer.Connection.CutIfPausedTooLong(199);
        peer.Connection.Cause.ShouldBe(CutCause.None);

        peer.Connection.CutIfPausedTooLong(200);

        peer.Connection.Cause.ShouldBe(CutCause.Idle);
    }

    [Fact]
    public async Task Pause_is_not_cut_while_the_connection_rests()
    {
        using var peer = await Peer.WithAsync(Hello);
        peer.Connection.MayPauseUntil(100);
        await peer.ReadAsync();
        peer.Connection.TryRest(now: 50).ShouldBeTrue();

        peer.Connection.CutIfPausedTooLong(long.MaxValue);

        peer.Connection.Cause.ShouldBe(CutCause.None);
        peer.Connection.MayPauseUntil(300);
        peer.Connection.CutIfPausedTooLong(300);
        peer.Connection.Cause.ShouldBe(CutCause.Idle);
    }

    /// <summary>Who sends the body and who reads the answer say so at once: what moved last is what counts.</summary>
    [Fact]
    public async Task Pause_begins_anew_also_where_both_ways_move_at_once()
    {
        using var peer = await Peer.ConnectAsync();
        var connection = peer.Connection;
        for (var round = 0L; round < 100 && connection.Cause == CutCause.None; round++)
        {
            var start = round * 1_000_000;
            await Task.WhenAll(Task.Run(() => Move(start), Token), Task.Run(() => Move(start), Token));

            connection.MayPauseUntil(start + 900_000);
            connection.CutIfPausedTooLong(start + 800_000);
        }

        connection.Cause.ShouldBe(CutCause.None);

        void Move(long start)
        {
            for (var i = 1; i <= 2000; i++)
            {
                connection.MayPauseUntil(start + i);
            }
        }
    }
}
