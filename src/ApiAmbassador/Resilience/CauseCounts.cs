using System.Collections.Concurrent;

namespace ApiAmbassador.Resilience;

/// <summary>Counts what went wrong, by its cause in one word: a reason or a status, of which there are a few dozen. Safe for all threads.</summary>
internal sealed class CauseCounts
{
    private readonly ConcurrentDictionary<string, Count> _counts = [];

    /// <summary>What was counted so far.</summary>
    public IEnumerable<(string Cause, long Count)> All => _counts.Select(entry => (entry.Key, entry.Value.Value));

    /// <summary>Counts one.</summary>
    public void Add(string cause) => _counts.GetOrAdd(cause, static _ => new Count()).Add();
}
