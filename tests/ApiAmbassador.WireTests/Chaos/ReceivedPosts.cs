using System.Collections.Concurrent;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>Which instances have seen the head of which POST: one that two have seen may have been done twice.</summary>
internal sealed class ReceivedPosts
{
    private readonly ConcurrentDictionary<long, int> _first = new();
    private readonly ConcurrentQueue<string> _twice = new();

    public IReadOnlyCollection<string> Twice => _twice;

    public void Received(long id, int instance)
    {
        if (!_first.TryAdd(id, instance))
        {
            _twice.Enqueue($"POST {id} was received by {ChaosInstance.NameOf(_first[id])} and then by {ChaosInstance.NameOf(instance)}");
        }
    }

    /// <summary>Who has received it; null if nobody did.</summary>
    public int? By(long id) => _first.TryGetValue(id, out var instance) ? instance : null;
}
