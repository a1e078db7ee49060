using System.Collections.Concurrent;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>Does what a plan says to an ambassador, its instances and its surroundings, and sees whether what must come of it comes.</summary>
internal sealed partial class ChaosRun : IAsyncDisposable
{
    /// <summary>Fewer than this may be gone before it is looked at again.</summary>
    private const int FewRetries = 30;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly FaultPlan _plan;
    private readonly ChaosInstance[] _instances;
    private readonly ChaosSurroundings _around;
    private readonly List<Spell> _unknown = [];
    private volatile ChaosAmbassador? _ambassador;
    private Spell? _namesBroken;
    private int _started;
    private int _played;

    public ChaosRun(FaultPlan plan)
    {
        _plan = plan;
        _instances = [.. Enumerable.Range(0, FaultPlan.InstanceCount).Select(number => new ChaosInstance(number, Posts))];
        _around = new ChaosSurroundings(_instances);
    }

    public History History { get; } = new();

    public ReceivedPosts Posts { get; } = new();

    public ChaosVitals Vitals { get; } = new();

    /// <summary>What was not as it must be, beside the answers.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    public ChaosLoad Load { get; private set; } = null!;

    /// <summary>The one that takes requests now.</summary>
    public ChaosAmbassador Ambassador => _ambassador!;

    public IReadOnlyList<ChaosInstance> Instances => _instances;

    /// <summary>Logs and timelines of all processes, up to when they were told to end.</summary>
    public string Told { get; private set; } = "";

    /// <summary>Faults and other steps that were played.</summary>
    public int Played => Volatile.Read(ref _played);

    /// <summary>Starts all, plays the plan under load, and sees all recover.</summary>
    public async Task RunAsync()
    {
        _ambassador = await StartAsync(_around.LogFile(++_started));
        Load = new ChaosLoad(_ambassador.Address, History, Posts);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        var watchers = Task.WhenAll(WatchMachineAsync(watching.Token), WatchAmbassadorAsync(watching.Token));
        try
        {
            await PlayAllAsync();
            await RecoverAsync();
        }
        catch (Exception e) when (!_cancellation.IsCancellationRequested)
        {
            Check(isSo: false, $"{e}");
        }
        finally
        {
            await watching.CancelAsync();
            await watchers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Load.StopAsync();
        }

        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Load is not null)
        {
            await Load.DisposeAsync();
        }

        if (_ambassador is not null)
        {
            await _ambassador.DisposeAsync();
        }

        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await _around.DisposeAsync();
    }

    private Task PlayAllAsync() => Task.WhenAll(
    [
        .. _plan.Instances.Select((lane, number) => PlayAsync(lane, step => PlayInstanceAsync(_instances[number], step))),
        PlayAsync(_plan.Names, PlayNamesAsync),
        PlayAsync(_plan.Files, PlayFilesAsync),
        PlayAsync(_plan.Machine, PlayMachineAsync),
    ]);

    private async Task EndAsync()
    {
        Told += await Ambassador.ToldAsync();
        Check(!Ambassador.HasEnded, "the ambassador has ended by itself");
        if (!Ambassador.HasEnded)
        {
            Ambassador.Terminate();
            Check(await Ambassador.WaitForEndAsync() == 0, "the ambassador did not end with 0");
        }
    }

    private void Check(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            _violations.Enqueue($"{History.Now.TotalSeconds:0.000} {otherwise}");
        }
    }

    private async Task PlayAsync(IReadOnlyList<FaultStep> lane, Func<FaultStep, Task> play)
    {
        foreach (var step in lane)
        {
            await History.WaitUntilAsync(step.At, _cancellation);
            await play(step);
            Interlocked.Increment(ref _played);
        }
    }

    private Task HoldAsync(FaultStep step) => History.WaitUntilAsync(History.Now + step.Hold, _cancellation);

    /// <summary>
    /// Soon after all faults every instance answers again, the last file is in force, and nobody is out. From then on the model takes no
    /// failure at all, and the load goes on until it has seen that for a while.
    /// </summary>
    private async Task RecoverAsync()
    {
        History.Note("all faults are over");
        var over = History.Now;
        _around.Restore();
        try
        {
            await Eventually.SeesAsync(
                () => _instances.Where(instance => Load.LastGood(instance.Number) < over).Select(instance => instance.Name).ToArray(),
                silent => silent.Length == 0);
            await SeesAsync("all usable", cluster => cluster["destinations"]!.AsArray().Count(one => (bool)one!["isUsable"]!) == FaultPlan.InstanceCount);
            await SeesConfigurationAsync();
        }
        catch (TimeoutException e)
        {
            Check(isSo: false, $"did not recover: {e.Message}");
        }

        await History.WaitUntilAsync(over + (2 * ChaosModel.Settling), _cancellation);
    }

    /// <summary>A machine that gives us no time gives the ambassador none: told as what it is, so that nobody is blamed for it.</summary>
    private async Task WatchMachineAsync(CancellationToken cancellation)
    {
        var (tick, late) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300));
        while (!cancellation.IsCancellationRequested)
        {
            var before = History.Now;
            await Task.Delay(tick, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (History.Now - before > tick + late)
            {
                History.End(History.Begin("the machine stalled", harm: Harm.Burns, at: before));
            }
        }
    }

    private async Task WatchAmbassadorAsync(CancellationToken cancellation)
    {
        var looked = History.Now;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var ambassador = Ambassador;
            try
            {
                var cluster = await ambassador.ClusterAsync();
                var vital = Vitals.Read(History.Now, ambassador.Id, (double)cluster["retriesLeft"]!);
                if (vital.RetriesLeft < FewRetries)
                {
                    History.End(History.Begin("the budget for retries was nearly used up", harm: Harm.Unsettles, at: looked));
                }

                looked = History.Now;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
            {
                Check(ambassador != Ambassador || cancellation.IsCancellationRequested, $"the ambassador could not be looked at: {e.Message}");
            }
        }
    }
}
