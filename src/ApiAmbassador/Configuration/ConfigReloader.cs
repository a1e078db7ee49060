using System.Diagnostics.CodeAnalysis;
using ApiAmbassador.Balancing;
using ApiAmbassador.Discovery;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The control path, and the one writer of what is in force:
/// <code>
/// sources (files, environment, discovery, operators) → gather → build → validate → apply → tell
/// </code>
/// 1. Gather: every source is read into one tree that knows where each setting was written.
/// 2. Build: an immutable <see cref="Snapshot"/> is made of it.
/// 3. Validate: all errors at once. What is refused leaves everything as it was.
/// 4. Apply: one swap for what is ours, one update for what is YARP's. Unchanged content is no new revision.
/// 5. Tell: what changed as words, or why not; in the log, by a metric and in the <see cref="Timeline"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore holds nothing to dispose of as long as nobody asks for its wait handle.")]
internal sealed partial class ConfigReloader(
    SnapshotValidator validator,
    SnapshotStore snapshots,
    SnapshotConfigProvider yarp,
    AvailabilityRefresh availability,
    InstanceDiscovery discovery,
    AmbassadorMetrics metrics,
    TimeProvider time,
    Timeline timeline,
    ILogger<ConfigReloader> logger)
{
    private readonly SemaphoreSlim _writer = new(1, 1);
    private ConfigNode? _started;
    private volatile RefusedChange? _lastRefused;

    /// <summary>The last change, where it was refused; null once another is in force or the old content is back.</summary>
    public RefusedChange? LastRefused => _lastRefused;

    /// <summary>Puts what was gathered in force, or returns why not. The same content again changes nothing and is no error.</summary>
    /// <param name="gathered">What was gathered.</param>
    /// <param name="isProvisional">Whether somebody may be in the middle of writing it: errors are returned, but not told yet.</param>
    public async Task<IReadOnlyList<ConfigError>> ApplyAsync(Gathered gathered, bool isProvisional = false)
    {
        await _writer.WaitAsync();
        try
        {
            var (next, errors) = await CheckAsync(gathered);
            var current = snapshots.Current;
            if (errors.Count > 0)
            {
                if (!isProvisional && current.Revision > 0)
                {
                    Refuse(current.Revision, next.Fingerprint, errors);
                }

                return errors;
            }

            var isTakenBack = _lastRefused is not null && next.Fingerprint == current.Fingerprint;
            _lastRefused = null;
            if (isTakenBack)
            {
                LogTakenBack(logger, current.Revision);
                timeline.Add(TimelineKind.Reload, subject: null, $"the change that was refused was taken back; configuration {current.Revision} stays");
            }

            if (next.Fingerprint != current.Fingerprint)
            {
                await discovery.FollowAsync(next, InstanceDiscovery.FirstAnswers);
                Tell(current, PutInForce(next with { Words = current.Words, Found = discovery.Collect() }, current));
            }

            return errors;
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Puts what was found since in force.</summary>
    public async Task FindAsync()
    {
        await _writer.WaitAsync();
        try
        {
            var current = snapshots.Current;
            if (current.Revision > 0 && discovery.Collect() is var found && !ReferenceEquals(found, current.Found))
            {
                TellFound(current, PutInForce(current with { Found = found }, current));
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Builds and validates without applying: what <c>validate</c> does.</summary>
    public async Task<(Snapshot Snapshot, IReadOnlyList<ConfigError> Errors)> CheckAsync(Gathered gathered)
    {
        var next = SnapshotBuilder.Build(gathered, revision: 0, snapshots.Current);
        return (next, [.. gathered.Errors, .. await validator.ValidateAsync(next, gathered)]);
    }

    /// <summary>One swap for what is ours, one update for what is YARP's.</summary>
    private Snapshot PutInForce(Snapshot next, Snapshot current)
    {
        next = DestinationLayers.Lay(next, current) with { Revision = current.Revision + 1, AppliedAt = time.GetUtcNow() };
        snapshots.Swap(next);
        yarp.Update(next);
        availability.After(current, next);
        metrics.Changed(current, next);
        return next;
    }

    /// <summary>The log names what came and went; the timeline hears of it from <see cref="DestinationNews"/>.</summary>
    private void TellFound(Snapshot before, Snapshot after)
    {
        foreach (var line in ConfigDifference.OfDestinations(before, after))
        {
            LogFound(logger, line);
        }
    }

    private void Tell(Snapshot before, Snapshot after)
    {
        LogApplied(logger, after.Revision, after.Routes.Count, after.Clusters.Count, after.Clusters.Values.Sum(cluster => cluster.Config.Destinations?.Count ?? 0));
        if (after.Ambassador.Passthrough)
        {
            LogPassthrough(logger);
        }

        if (_started is null)
        {
            _started = after.Written;
            return;
        }

        metrics.ConfigurationApplied();
        var difference = ConfigDifference.Of(before, after);
        foreach (var line in difference)
        {
            LogChanged(logger, line);
        }

        var needsRestart = ConfigDifference.NeedsRestart(_started, after.Written);
        if (needsRestart.Except(ConfigDifference.NeedsRestart(_started, before.Written), StringComparer.Ordinal).Any())
        {
            LogNeedsRestart(logger, string.Join(", ", needsRestart));
        }

        timeline.Add(TimelineKind.Reload, subject: null, $"configuration {after.Revision} in force", [.. difference, .. needsRestart.Select(name => $"{name} changes with a restart")]);
    }

    /// <summary>The same errors of the same content are told once.</summary>
    private void Refuse(long revision, string fingerprint, IReadOnlyList<ConfigError> errors)
    {
        if (_lastRefused is { } last && last.Fingerprint == fingerprint && last.Errors.SequenceEqual(errors))
        {
            return;
        }

        metrics.ConfigurationRefused();
        LogRefused(logger, errors.Count, revision, string.Join(Environment.NewLine, errors));
        var told = timeline.Add(TimelineKind.Refused, subject: null, $"a change was refused: {errors.Count} {(errors.Count == 1 ? "error" : "errors")}; configuration {revision} stays", [.. errors.Select(error => error.ToString().ReplaceLineEndings(" "))]);
        _lastRefused = new RefusedChange(told, fingerprint, errors);
    }
}
