namespace ApiAmbassador.Discovery;

/// <summary>A list of instances in the making, in which each stands once: what is <c>scheme://host:port</c> to one is the same to all.</summary>
internal sealed class InstanceSet
{
    /// <summary>The most instances of one source. More are a mistake in what wrote them, and would be probed all the same.</summary>
    public const int CountMax = 20_000;

    private readonly Dictionary<(string Scheme, string Host, int Port), Instance> _known = [];
    private readonly List<Instance> _instances = [];

    /// <summary>In the order in which they were added first.</summary>
    public IReadOnlyList<Instance> Instances => _instances;

    /// <summary>Adds one, unless it is there already.</summary>
    /// <returns>Why it cannot be, as the end of a sentence about it; else null.</returns>
    public string? Add(Instance instance)
    {
        if (_known.TryGetValue((instance.Scheme, instance.Host, instance.Port), out var known))
        {
            return known == instance ? null : "is named twice, with different weights, priorities or zones";
        }

        if (_instances.Count == CountMax)
        {
            return $"is one more than the {CountMax} instances that a source may name";
        }

        _known.Add((instance.Scheme, instance.Host, instance.Port), instance);
        _instances.Add(instance);
        return null;
    }
}
