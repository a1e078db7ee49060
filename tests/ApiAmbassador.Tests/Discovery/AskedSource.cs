using System.Collections.Concurrent;
using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

/// <summary>A source whose every question is answered by the test.</summary>
internal sealed class AskedSource : IPolledSource
{
    private readonly ConcurrentQueue<Func<CancellationToken, Task<SourceAnswer>>> _script = new();
    private int _questions;

    public int Questions => Volatile.Read(ref _questions);

    /// <summary>What the next question gets; one that has none hangs until it is cancelled.</summary>
    public void Next(Func<CancellationToken, Task<SourceAnswer>> answer) => _script.Enqueue(answer);

    public void Next(string host) => Next(_ => Task.FromResult(SourceAnswer.Listed([new Instance("http", host, 80)])));

    public async Task<SourceAnswer> AskAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _questions);
        if (_script.TryDequeue(out var answer))
        {
            return await answer(cancellation);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw new InvalidOperationException("unreachable");
    }
}
