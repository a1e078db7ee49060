using ApiAmbassador.Hosting;
using Microsoft.AspNetCore.Http;

namespace ApiAmbassador.Tests.Hosting;

public class EventThreadsTests
{
    /// <summary>Many requests that somebody sends at once, and that nobody has to be asked for, must not follow one another on the thread of the sockets.</summary>
    [Fact]
    public async Task AnsweredAtOnce_leavesTheThread()
    {
        var serving = EventThreads.LeaveAtOnce(static _ => Task.CompletedTask)(new DefaultHttpContext());

        serving.IsCompleted.ShouldBeFalse();
        await serving;
    }

    [Fact]
    public async Task WhoeverWaits_staysAsHeIs()
    {
        var destination = new TaskCompletionSource();
        var failed = Task.FromException(new InvalidOperationException());

        EventThreads.LeaveAtOnce(_ => destination.Task)(new DefaultHttpContext()).ShouldBeSameAs(destination.Task);
        await Should.ThrowAsync<InvalidOperationException>(() => EventThreads.LeaveAtOnce(_ => failed)(new DefaultHttpContext()));
    }
}
