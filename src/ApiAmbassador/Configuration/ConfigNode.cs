namespace ApiAmbassador.Configuration;

/// <summary>
/// A setting as it was written, with its place: a value, a list, or an object of further settings.
/// The framework's own configuration forgets where a value came from and joins lists by index; this tree does neither.
/// </summary>
internal sealed class ConfigNode(Place place)
{
    private OrderedDictionary<string, ConfigNode>? _children;

    /// <summary>Where it was last written.</summary>
    public Place Place { get; private set; } = place;

    /// <summary>The value as text; null for an object, a list, or JSON's null.</summary>
    public string? Value { get; private set; }

    /// <summary>True for a JSON array: a later one replaces it whole.</summary>
    public bool IsList { get; init; }

    /// <summary>True for JSON's null: the setting is taken back to its default.</summary>
    public bool IsNull { get; private set; }

    /// <summary>Settings below this one in the order written; keys compare as the framework's do, without case.</summary>
    public IReadOnlyDictionary<string, ConfigNode> Children => _children ?? None; // Most nodes are leaves: a dictionary for each would be most of the tree.

    private static OrderedDictionary<string, ConfigNode> None { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a part of the tree in force that was written again as it was. Others read it, so it never changes; and it is known to be good.</summary>
    public bool IsInForce { get; private set; }

    public bool IsLeaf => Value is not null || IsNull;

    public static ConfigNode Leaf(string? value, Place place) => new(place) { Value = value, IsNull = value is null };

    /// <summary>The node at a path of keys, or null.</summary>
    public ConfigNode? Find(params ReadOnlySpan<string> path)
    {
        var node = this;
        foreach (var key in path)
        {
            if (!node.Children.TryGetValue(key, out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>The key and the node at a place in the order written; nothing beyond the end. To go through them so makes no garbage.</summary>
    public (string? Key, ConfigNode? Node) At(int index) =>
        _children is not null && index < _children.Count && _children.GetAt(index) is var (key, node) ? (key, node) : default;

    /// <summary>A node for what begins like this one, and then is something else: with as many of these children.</summary>
    public ConfigNode Fork(int children, Place place, bool isList)
    {
        var fork = new ConfigNode(place) { IsList = isList, _children = Children.Count > 0 ? new(Children.Count, StringComparer.OrdinalIgnoreCase) : null };
        for (var i = 0; i < children; i++)
        {
            fork.Set(At(i).Key!, At(i).Node!);
        }

        return fork;
    }

    /// <summary>Puts a node under a key, in place of what is there.</summary>
    public void Set(string key, ConfigNode child) => (_children ??= new(StringComparer.OrdinalIgnoreCase))[key] = child;

    /// <summary>Puts a node under a key; false where there is one.</summary>
    public bool TryAdd(string key, ConfigNode child) => (_children ??= new(StringComparer.OrdinalIgnoreCase)).TryAdd(key, child);

    /// <summary>Takes away what is under a key.</summary>
    public void Remove(string key) => _children?.Remove(key);

    /// <summary>Whether all that was written is the same, in the same order. It makes nothing: a large configuration is compared key by key.</summary>
    public static bool Same(ConfigNode? before, ConfigNode? after)
    {
        if (before is null || after is null || ReferenceEquals(before, after))
        {
            return ReferenceEquals(before, after);
        }

        var (olds, news) = (before._children ?? None, after._children ?? None);
        if (before.Value != after.Value || before.IsNull != after.IsNull || olds.Count != news.Count)
        {
            return false;
        }

        for (var i = 0; i < olds.Count; i++)
        {
            var (old, now) = (olds.GetAt(i), news.GetAt(i));
            if (!old.Key.Equals(now.Key, StringComparison.Ordinal) || !Same(old.Value, now.Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// This node, or, where that was written in the same place with the same content, the one in force: to read a large configuration again leaves little
    /// behind then, and what there is need not be moved by the collector while requests wait. What is below has gone through this before.
    /// </summary>
    public ConfigNode OrInForce(ConfigNode? known)
    {
        if (known is null || known.Place != Place || known.IsList != IsList || known.IsNull != IsNull || known.Value != Value || known.Children.Count != Children.Count)
        {
            return this;
        }

        for (var i = 0; i < Children.Count; i++)
        {
            var (old, now) = (known._children!.GetAt(i), _children!.GetAt(i));
            if (!ReferenceEquals(old.Value, now.Value) || !old.Key.Equals(now.Key, StringComparison.Ordinal))
            {
                return this;
            }
        }

        known.IsInForce = true;
        return known;
    }

    /// <summary>The place of the node at a path, or of the nearest node above it that was written.</summary>
    public Place PlaceOf(params ReadOnlySpan<string> path)
    {
        var node = this;
        foreach (var key in path)
        {
            if (!node.Children.TryGetValue(key, out var child))
            {
                break;
            }

            node = child;
        }

        return node.Place;
    }

    /// <summary>The child under a key, made if it is not there.</summary>
    public ConfigNode ChildOrNew(string key, Place place)
    {
        if (!Children.TryGetValue(key, out var child))
        {
            Set(key, child = new ConfigNode(place));
        }

        return Own(key, child);
    }

    /// <summary>
    /// Lays a later source over this one: objects are merged key by key, everything else replaces what was there.
    /// Environment variables can only name list items by number; such a group replaces a list as another list would.
    /// </summary>
    public void Overlay(ConfigNode later)
    {
        foreach (var (key, child) in later.Children)
        {
            if (!Children.TryGetValue(key, out var mine) || Replaces(mine, child))
            {
                Set(key, child);
            }
            else
            {
                mine = Own(key, mine);
                mine.Overlay(child);
                mine.Place = child.Place;
            }
        }
    }

    /// <summary>
    /// The keys and values as the framework's configuration holds them. What is empty has the empty value there: a policy or a
    /// destination without settings is there all the same, and an empty list is not a missing one.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string?>> Flatten(string prefix = "")
    {
        foreach (var (key, child) in Children)
        {
            var path = prefix.Length == 0 ? key : prefix + ':' + key;
            if (child.Value is not null)
            {
                yield return new(path, child.Value);
            }

            var isEmpty = !child.IsLeaf;
            foreach (var below in child.Flatten(path))
            {
                isEmpty = false;
                yield return below;
            }

            if (isEmpty)
            {
                yield return new(path, "");
            }
        }
    }

    /// <summary>The child, or a copy in its place where it is not ours to change.</summary>
    private ConfigNode Own(string key, ConfigNode child)
    {
        if (!child.IsInForce)
        {
            return child;
        }

        var own = new ConfigNode(child.Place) { Value = child.Value, IsNull = child.IsNull, IsList = child.IsList };
        foreach (var (name, below) in child.Children)
        {
            below.IsInForce = true;
            own.Set(name, below);
        }

        Set(key, own);
        return own;
    }

    private static bool Replaces(ConfigNode mine, ConfigNode later) =>
        later.IsLeaf || later.IsList || mine.IsLeaf || (mine.IsList && IsNumbered(later));

    private static bool IsNumbered(ConfigNode node) =>
        node.Children.Count > 0 && node.Children.Keys.All(key => int.TryParse(key, out _));
}
