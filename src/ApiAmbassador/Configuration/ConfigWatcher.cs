namespace ApiAmbassador.Configuration;

/// <summary>
/// Has what changes in the files put in force while we run:
/// <code>
/// an event or a second → another content? → wait until it rests → gather → <see cref="ConfigReloader"/>
/// </code>
/// Events of the file system are for quickness only. What counts is the content, which is looked at every second besides: some mounts send no event.
/// </summary>
internal sealed partial class ConfigWatcher(
    ConfigSources sources, Gathered started, ConfigReloader reloader, SnapshotStore snapshots, TimeProvider time, ILogger<ConfigWatcher> logger)
    : BackgroundService
{
    /// <summary>How often the content is looked at where no event comes.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long the content has to stay as it is: a save is several writes, and a deployment several files.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait for that, and the longest that a file may be half written before its errors are told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks for events at least. Somebody may write beside our files all the time, and a look reads all of them.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How often what was refused is tried again: what it wants may lie elsewhere, as a token's file, and come later.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _event = new(0, 1);
    private readonly List<FileSystemWatcher> _watchers = [];
    private string _seen = started.Content;
    private long? _refusedAt;
    private bool _hadDirectory = Directory.Exists(ConfigGatherer.DirectoryOf(sources).Path);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The start does not wait for us.
        Watch();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var hasCome = await _event.WaitAsync(Interval, stoppingToken);
                await LookAsync(stoppingToken);
                if (hasCome)
                {
                    await Task.Delay(Pause, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // A loop that ended would leave the process with its configuration for ever, and nobody would know.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(logger, e);
            }
        }

        Unwatch();
    }

    /// <summary>Applies what has changed. A file that is half written is refused by its nature; that is told only if it stays so.</summary>
    private async Task LookAsync(CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (ConfigContent.Of(sources) is var content && content != _seen)
        {
            await RestAsync(content, cancellation);
            if (await TryAsync(isLate: time.GetElapsedTime(begun) >= Patience))
            {
                Watch(); // The directory may be another one now, or back. What changed meanwhile is seen by the next look.
                begun = time.GetTimestamp();
            }
            else
            {
                await Task.Delay(Rest, time, cancellation);
            }
        }

        if (_refusedAt is { } at && time.GetElapsedTime(at) >= Again)
        {
            await TryAsync(isLate: true);
        }
    }

    /// <summary>Has what there is now put in force or, where it is late, refused. False where it is to be looked at again.</summary>
    private async Task<bool> TryAsync(bool isLate)
    {
        using var pauses = new SmallCollections();
        _hadDirectory |= Directory.Exists(ConfigGatherer.DirectoryOf(sources).Path);
        var gathered = ConfigGatherer.Gather(sources, _hadDirectory, snapshots.Current.Written);
        var isGood = (await reloader.ApplyAsync(gathered, isProvisional: !isLate)).Count == 0;
        if (!isGood && !isLate)
        {
            return false;
        }

        _seen = gathered.Content;
        _refusedAt = isGood ? null : time.GetTimestamp();
        return true;
    }

    /// <summary>Waits until two looks see the same.</summary>
    private async Task RestAsync(string content, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        string before;
        do
        {
            before = content;
            await Task.Delay(Rest, time, cancellation);
            content = ConfigContent.Of(sources);
        }
        while (content != before && time.GetElapsedTime(begun) < Patience);
    }

    private void Watch()
    {
        Unwatch();
        foreach (var directory in new[] { ConfigGatherer.DirectoryOf(sources).Path, sources.ProgramDirectory })
        {
            try
            {
                var watcher = new FileSystemWatcher(directory);
                _watchers.Add(watcher);
                watcher.Changed += OnEvent;
                watcher.Created += OnEvent;
                watcher.Deleted += OnEvent;
                watcher.Renamed += OnEvent;
                watcher.EnableRaisingEvents = true;
            }
            catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
            {
                LogNoEvents(logger, directory, e.Message); // Not there, or the machine's watches are used up.
            }
        }
    }

    private void Unwatch()
    {
        _watchers.ForEach(watcher => watcher.Dispose());
        _watchers.Clear();
    }

    /// <summary>Many events are one.</summary>
    private void OnEvent(object sender, FileSystemEventArgs change)
    {
        if (_event.CurrentCount > 0)
        {
            return;
        }

        try
        {
            _event.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another was quicker.
        }
    }
}
