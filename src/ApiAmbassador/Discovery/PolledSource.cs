using System.Diagnostics.CodeAnalysis;

namespace ApiAmbassador.Discovery;

/// <summary>Asks a source that has to be asked, again and again; what goes wrong is an answer too.</summary>
/// <param name="source">What is asked.</param>
/// <param name="refresh">The longest pause between two questions. It is up to a tenth shorter, so that many sources do not ask at the same moment for ever.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For that tenth.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore holds nothing to dispose of as long as nobody asks for its wait handle.")]
internal sealed class PolledSource(IPolledSource source, TimeSpan refresh, TimeProvider time, Random random) : IDestinationSource, IDisposable
{
    /// <summary>The longest that one question may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The shortest pause after a question, however often <see cref="AskNow"/> is called.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _now = new(0, 1);
    private Task _asked = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task RunAsync(Action<SourceAnswer> tell, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            _now.Wait(0, CancellationToken.None); // Whoever has wanted a question up to here gets this one.
            var begun = time.GetTimestamp();
            var answer = await AskAsync(AskAloneAsync, time, cancellation);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            tell(answer);
            await PauseAsync(refresh * (0.9 + (random.NextDouble() / 10)), begun, cancellation);
        }
    }

    /// <inheritdoc/>
    public void AskNow()
    {
        try
        {
            _now.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will ask already.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => (source as IDisposable)?.Dispose();

    /// <summary>Asks once, within <see cref="Patience"/>. Never throws: being cancelled is an answer as well.</summary>
    public static Task<SourceAnswer> AskAsync(IPolledSource source, TimeProvider time, CancellationToken cancellation) =>
        AskAsync(source.AskAsync, time, cancellation);

    private static async Task<SourceAnswer> AskAsync(
        Func<CancellationToken, Task<SourceAnswer>> ask, TimeProvider time, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await ask(both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return SourceAnswer.Failed($"no answer within {Patience.TotalSeconds:0} s");
        }
#pragma warning disable CA1031 // Whatever is wrong with one source must not end its following.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return SourceAnswer.Failed(EchoedText.Sentence(e.Message));
        }
    }

    /// <summary>
    /// Asks when the question before has ended: one that hangs and does not heed its cancellation would else be joined by another each time, with a
    /// thread or a connection each. Its late answer is not taken; it tells of another time.
    /// </summary>
    private async Task<SourceAnswer> AskAloneAsync(CancellationToken cancellation)
    {
        await _asked.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        var question = source.AskAsync(cancellation);
        _asked = question;
        return await question;
    }

    /// <summary>
    /// Until it is due, or somebody wants it asked now, which counts from <see cref="Rest"/> on. A source that takes longer to answer than its
    /// refresh has its rest as well.
    /// </summary>
    private async Task PauseAsync(TimeSpan interval, long begun, CancellationToken cancellation)
    {
        var pause = interval - time.GetElapsedTime(begun);
        var rest = Rest < interval ? Rest : interval;
        await Task.Delay(rest, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pause <= rest)
        {
            return;
        }

        using var due = new CancellationTokenSource(pause - rest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellation);
        await _now.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
