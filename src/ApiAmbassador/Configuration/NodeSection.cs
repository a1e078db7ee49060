using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace ApiAmbassador.Configuration;

/// <summary>
/// A part of the tree as the framework's readers want it, with what <see cref="ConfigNode.Flatten"/> says of empty things and of null. The
/// framework's own configuration looks through all keys whenever it is asked for children, which makes ten seconds of a thousand clusters.
/// </summary>
internal sealed class NodeSection(ConfigNode? node, string path) : IConfigurationSection
{
    /// <inheritdoc/>
    public string Key => ConfigurationPath.GetSectionKey(path)!;

    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public string? Value
    {
        get => node is null || node.IsNull ? null : node.Value ?? (Children().Any() ? null : "");
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
    public IConfigurationSection GetSection(string key) => new NodeSection(node?.Find(key.Split(':')), ConfigurationPath.Combine(path, key));

    /// <inheritdoc/>
    public IEnumerable<IConfigurationSection> GetChildren() =>
        Children().Order(ConfigurationKeyComparer.Instance).Select(GetSection);

    /// <inheritdoc/>
    public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

    private IEnumerable<string> Children() => node is null ? [] : node.Children.Where(child => !child.Value.IsNull).Select(child => child.Key);
}
