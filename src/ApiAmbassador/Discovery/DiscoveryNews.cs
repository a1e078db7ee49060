using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Discovery;

/// <summary>Tells the log and the timeline how it goes with what is followed: transitions, not every answer.</summary>
internal sealed partial class DiscoveryNews(Timeline timeline, ILogger<DiscoveryNews> logger)
{
    /// <summary>A source has answered, or what it holds has changed.</summary>
    public void Changed(FeedId id, FeedState before, FeedState after)
    {
        if (after.Error is { } error && before.Error is null)
        {
            Tell(id, after switch
            {
                { IsKept: true } => $"{id} failed: {error}; the {after.List.Count} instances known before are used",
                { List.Count: > 0 } => $"{id} failed: {error}; its last list of {after.List.Count} stays",
                _ => $"{id} failed: {error}",
            }, LogLevel.Warning);
        }
        else if (after.Error is null && before.Error is not null)
        {
            Tell(id, $"{id} answers again: {after.List.Count}", LogLevel.Information);
        }

        if (after is { Unconfirmed: > 0, List.Count: > 0 } && before.Unconfirmed == 0)
        {
            Tell(id, $"{id} names nobody any more; it has to say so again before the {after.List.Count} known are let go", LogLevel.Warning);
        }

        if (after.Held > 0 && before.Held == 0)
        {
            Tell(id, $"{id} names {after.List.Count - after.Held} instead of {before.List.Count}; the {after.Held} missing ones stay until they fail, or for {LastGood.HoldMax.TotalMinutes:0} minutes", LogLevel.Warning);
        }
        else if (after.Held == 0 && before.Held > 0)
        {
            Tell(id, $"{id}: nothing is held any more", LogLevel.Information);
        }
    }

    /// <summary>A list cannot be used although its source is well, or can again.</summary>
    /// <param name="id">Whose list.</param>
    /// <param name="problem">Why not; null where it can.</param>
    public void Problem(FeedId id, string? problem) =>
        Tell(id, problem is null ? $"{id}: its list is used again" : $"{id} {problem}", problem is null ? LogLevel.Information : LogLevel.Warning);

    private void Tell(FeedId id, string text, LogLevel level)
    {
        text = Secrets.InSentence(text);
        LogNews(logger, level, id.Cluster, text);
        timeline.Add(TimelineKind.Discovery, id.Cluster, text);
    }

    [LoggerMessage(EventId = 1400, Message = "Discovery for cluster {Cluster}: {Text}")]
    private static partial void LogNews(ILogger logger, LogLevel level, string cluster, string text);
}
