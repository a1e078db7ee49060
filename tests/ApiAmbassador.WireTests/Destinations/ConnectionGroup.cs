namespace ApiAmbassador.WireTests.Destinations;

/// <summary>The connections that are dropped together, and waited for: none outlives its destination.</summary>
internal sealed class ConnectionGroup : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _drop = new();
    private List<Task> _running = [];

    public void Run(Func<CancellationToken, Task> connection)
    {
        lock (_lock)
        {
            // A failed one stays, so that its exception comes out in DropAsync.
            _running.RemoveAll(task => task.IsCompletedSuccessfully);
            _running.Add(connection(_drop.Token));
        }
    }

    /// <summary>Cancels all that are running now and waits for their end. Those that come later are not concerned.</summary>
    public async Task DropAsync()
    {
        CancellationTokenSource drop;
        List<Task> running;
        lock (_lock)
        {
            (drop, _drop) = (_drop, new CancellationTokenSource());
            (running, _running) = (_running, []);
        }

        await drop.CancelAsync();
        await Task.WhenAll(running);
        drop.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        _drop.Dispose();
    }
}
