namespace ApiAmbassador.Discovery;

/// <summary>What a source says: the whole list as it is now, or why it cannot say.</summary>
internal sealed record SourceAnswer
{
    private SourceAnswer(IReadOnlyList<Instance> instances, string? error) => (Instances, Error) = (instances, error);

    /// <summary>The whole list. Empty where there are none, and where there is an <see cref="Error"/>.</summary>
    public IReadOnlyList<Instance> Instances { get; }

    /// <summary>Why there is no list: one sentence with no secret in it; null where there is one.</summary>
    public string? Error { get; }

    /// <summary>A list.</summary>
    public static SourceAnswer Listed(IReadOnlyList<Instance> instances) => new(instances, error: null);

    /// <summary>No list.</summary>
    public static SourceAnswer Failed(string error) => new([], error);
}
