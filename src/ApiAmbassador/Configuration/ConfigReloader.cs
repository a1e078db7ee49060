using ApiAmbassador.Observability;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The control path, and the one writer of what is in force:
/// <code>
/// sources (files, environment, operators) → gather → build → validate → apply → tell
/// </code>
/// 1. Gather: every source is read into one tree that knows where each setting was written.
/// 2. Build: an immutable <see cref="Snapshot"/> is made of it.
/// 3. Validate: all errors at once. What is refused leaves everything as it was.
/// 4. Apply: one swap for what is ours, one update for what is YARP's. Unchanged content is no new revision.
/// 5. Tell: in the log, what happened.
/// </summary>
internal sealed partial class ConfigReloader(
    SnapshotValidator validator, SnapshotStore snapshots, SnapshotConfigProvider yarp, TimeProvider time, Timeline timeline, ILogger<ConfigReloader> logger)
{
    private readonly Lock _writer = new();

    /// <summary>Puts what was gathered in force, or returns why not. The same content again changes nothing and is no error.</summary>
    public async Task<IReadOnlyList<ConfigError>> ApplyAsync(Gathered gathered)
    {
        var (next, errors) = await CheckAsync(gathered);
        if (errors.Count > 0)
        {
            return errors;
        }

        lock (_writer)
        {
            var current = snapshots.Current;
            if (next.Fingerprint == current.Fingerprint)
            {
                return errors;
            }

            next = InForce(next with { Revision = current.Revision + 1, Words = current.Words });
            snapshots.Swap(next);
            yarp.Update(next);
        }

        LogApplied(logger, next.Revision, next.Routes.Count, next.Clusters.Count, next.Clusters.Values.Sum(cluster => cluster.Config.Destinations?.Count ?? 0));
        if (next.Ambassador.Passthrough)
        {
            LogPassthrough(logger);
        }

        return errors;
    }

    /// <summary>Builds and validates without applying: what <c>validate</c> does.</summary>
    public async Task<(Snapshot Snapshot, IReadOnlyList<ConfigError> Errors)> CheckAsync(Gathered gathered)
    {
        var next = SnapshotBuilder.Build(gathered, revision: 0);
        return (next, [.. gathered.Errors, .. await validator.ValidateAsync(next, gathered)]);
    }
}
