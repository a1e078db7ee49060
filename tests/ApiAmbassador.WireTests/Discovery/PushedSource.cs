using ApiAmbassador.Discovery;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>A source that is told: its lists are pushed by the test. It counts how often it was started and asked.</summary>
internal sealed class PushedSource : IDestinationSource
{
    private readonly TaskCompletionSource<Action<SourceAnswer>> _tell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _bug = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    /// <summary>How often somebody wanted it asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Whether nobody follows it any more.</summary>
    public bool HasEnded { get; private set; }

    public async Task RunAsync(Action<SourceAnswer> tell, CancellationToken cancellation)
    {
        _tell.SetResult(tell);
        try
        {
            await _bug.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            HasEnded = true;
        }
    }

    /// <summary>Breaks, as a source with a bug does.</summary>
    public void Throw(Exception bug) => _bug.SetException(bug);

    public void AskNow() => Interlocked.Increment(ref _asked);

    /// <summary>Says a list, at the latest when it is followed.</summary>
    public async Task PushAsync(SourceAnswer answer) =>
        (await _tell.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken))(answer);

    public Task PushAsync(int port, params IEnumerable<string> addresses) =>
        PushAsync(SourceAnswer.Listed([.. addresses.Select(address => new Instance("http", address, port))]));
}
