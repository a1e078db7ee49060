namespace ApiAmbassador.WireTests;

/// <summary>Lets a test wait for a state that changes elsewhere, without polling: whoever changes the state raises the signal.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = NewSource();

    public void Raise() => Interlocked.Exchange(ref _next, NewSource()).SetResult();

    /// <summary>Evaluates the condition now and after every change, until it holds.</summary>
    /// <exception cref="TimeoutException">The deadline passed; <paramref name="describe"/> gives the message.</exception>
    public async Task WaitUntilAsync(Func<bool> condition, Func<string> describe, TimeSpan within)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(within);
        while (true)
        {
            // Taken before the condition is looked at, so that no change can fall between the look and the wait.
            var change = Volatile.Read(ref _next).Task;
            if (condition())
            {
                return;
            }

            try
            {
                await change.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException exception) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {within.TotalSeconds:0.###} s in vain. {describe()}", exception);
            }
        }
    }

    // Continuations run elsewhere: whoever raises the signal must not find itself running a test.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
