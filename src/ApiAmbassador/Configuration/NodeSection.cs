using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace ApiAmbassador.Configuration;

/// <summary>
/// A part of the tree as the framework's readers want it, with what <see cref="ConfigNode.Flatten"/> says of empty things and of null. The
/// framework's own configuration looks through all keys whenever it is asked for children, which makes ten seconds of a thousand clusters.
/// </summary>
/// <param name="node">What is written there; null where nothing is.</param>
/// <param name="key">Its key, or, to begin with, its path.</param>
/// <param name="parent">What it is in. Paths are for messages: whoever binds a section asks for some sixty, most of them not there.</param>
internal sealed class NodeSection(ConfigNode? node, string key, NodeSection? parent = null) : IConfigurationSection
{
    /// <inheritdoc/>
    public string Key => ConfigurationPath.GetSectionKey(key)!;

    /// <inheritdoc/>
    public string Path => parent is null ? key : ConfigurationPath.Combine(parent.Path, key);

    /// <inheritdoc/>
    public string? Value
    {
        get => node is null || node.IsNull ? null : node.Value ?? (Keys.Length > 0 ? null : "");
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1044", Justification = "The framework's interface.")]
    public string? this[string key]
    {
        get => GetSection(key).Value;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public IConfigurationSection GetSection(string key) => new NodeSection(key.Contains(':') ? node?.Find(key.Split(':')) : node?.Find(key), key, this);

    /// <inheritdoc/>
    public IEnumerable<IConfigurationSection> GetChildren() =>
        Keys is { Length: > 0 } keys ? keys.Order(ConfigurationKeyComparer.Instance).Select(GetSection) : [];

    /// <inheritdoc/>
    public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

    private string[] Keys => node is null or { Children.Count: 0 } ? [] : [.. node.Children.Where(child => !child.Value.IsNull).Select(child => child.Key)];
}
