using ApiAmbassador.Discovery;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Discovery;

/// <summary>A source into which the test pushes.</summary>
internal sealed class PushedSource : IDestinationSource
{
    private readonly TaskCompletionSource<Action<SourceAnswer>> _tell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    /// <summary>How often somebody wanted it asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Ends when it is told to end.</summary>
    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync(Action<SourceAnswer> tell, CancellationToken cancellation)
    {
        _tell.SetResult(tell);
        try
        {
            await _end.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Stopped.TrySetResult();
        }
    }

    public void AskNow() => Interlocked.Increment(ref _asked);

    /// <summary>Says a list of hosts; what that sets off is done on return, but for what others do.</summary>
    public Task PushAsync(params IEnumerable<string> hosts) => PushAsync(SourceAnswer.Listed([.. hosts.Select(host => new Instance("http", host, 80))]));

    public Task FailAsync(string error) => PushAsync(SourceAnswer.Failed(error));

    /// <summary>Ends by itself, which no source should; with an exception or without.</summary>
    public void End(Exception? bug = null) => _ = bug is null ? _end.TrySetResult() : _end.TrySetException(bug);

    private async Task PushAsync(SourceAnswer answer) => (await _tell.Task.WithDeadlineAsync())(answer);
}
