using System.Collections.Concurrent;

namespace ApiAmbassador.Resilience;

/// <summary>What came of the requests to one cluster. It lives and goes with the cluster, so that metrics keep no series of one that is gone.</summary>
internal sealed class ClusterCounts
{
    private readonly ConcurrentDictionary<string, Count> _requests = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Requests by the route that brought them.</summary>
    public IEnumerable<(string Route, Count Requests)> Requests => _requests.Select(entry => (entry.Key, entry.Value));

    /// <summary>Requests that could not be served, by the reason that the caller was told.</summary>
    public CauseCounts Failures { get; } = new();

    /// <summary>Attempts after a request's first, by what was wrong with the one before.</summary>
    public CauseCounts Retries { get; } = new();

    /// <summary>Attempts for which the retry budget had nothing left.</summary>
    public Count DeniedRetries { get; } = new();

    /// <summary>Requests that were tried again, by what the last attempt came to: <see cref="Verdict"/>.</summary>
    public IReadOnlyList<Count> Retried { get; } = [new(), new(), new()];

    /// <summary>The count of a route's requests.</summary>
    public Count RequestsOf(string route) => _requests.GetOrAdd(route, static _ => new Count());

    /// <summary>Forgets routes that are gone.</summary>
    /// <param name="isGone">Whether a route is.</param>
    /// <param name="state">Handed to it: there are many clusters to ask for.</param>
    public void Forget<T>(Func<string, T, bool> isGone, T state)
    {
        foreach (var (route, _) in _requests)
        {
            if (isGone(route, state))
            {
                _requests.TryRemove(route, out _);
            }
        }
    }
}
