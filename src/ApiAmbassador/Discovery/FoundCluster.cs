namespace ApiAmbassador.Discovery;

/// <summary>What was found for one cluster. Immutable.</summary>
/// <param name="Instances">What its sources name, with addresses in place of names.</param>
/// <param name="Addresses">Where configured destinations are whose address is a host name, by id; one of which nothing is known is not in it.</param>
/// <param name="Looping">Configured destinations, by id, whose names lead to ourselves.</param>
internal sealed record FoundCluster(
    IReadOnlyList<FoundInstance> Instances, IReadOnlyDictionary<string, IReadOnlyList<string>> Addresses, IReadOnlySet<string> Looping)
{
    /// <summary>Nothing.</summary>
    public static FoundCluster Nothing { get; } = new([], new Dictionary<string, IReadOnlyList<string>>(), new HashSet<string>());

    /// <summary>Whether the same was found.</summary>
    public bool Is(FoundCluster other) =>
        Instances.SequenceEqual(other.Instances)
        && Looping.SetEquals(other.Looping)
        && Addresses.Count == other.Addresses.Count
        && Addresses.All(item => other.Addresses.TryGetValue(item.Key, out var addresses) && addresses.SequenceEqual(item.Value));
}
