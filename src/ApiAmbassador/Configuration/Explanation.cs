namespace ApiAmbassador.Configuration;

/// <summary>
/// Every setting in force, with its value and where it came from: what is written laid beside what may be written
/// (<see cref="ConfigShape"/>), so that a setting which exists is shown without anybody having to think of it.
/// </summary>
internal sealed class Explanation
{
    private const string Default = "default", Variables = "OpenTelemetry";

    /// <summary>The sections that the framework reads in this process.</summary>
    private static readonly string[] FrameworkSections = ["AllowedHosts", "Authentication", "Kestrel", "Logging"];

    private readonly List<Setting> _settings = [];
    private readonly Dictionary<string, (IReadOnlyList<string> Values, string Why)> _derived;

    private Explanation(Snapshot snapshot, ConfigNode root) => _derived = DerivedSettings.Of(snapshot, root);

    /// <summary>All of them, grouped: the ambassador's own, routes, clusters with their destinations, then the framework's and OpenTelemetry's.</summary>
    public static IReadOnlyList<Setting> Of(Snapshot snapshot, ConfigNode root, ConfigSources sources)
    {
        var explanation = new Explanation(snapshot, root);
        foreach (var key in ConfigShape.Root.Properties.Keys.Order(StringComparer.Ordinal))
        {
            explanation.AddGroup(ConfigShape.Root.Properties[key], root.Find(key), key);
        }

        foreach (var (key, node) in root.Children.Where(child => !ConfigShape.Root.Properties.ContainsKey(child.Key)))
        {
            explanation.AddAsWritten(node, root, key, "", FrameworkSections.Contains(key, StringComparer.OrdinalIgnoreCase));
        }

        explanation._settings.AddRange(sources.Variables
            .Where(variable => variable.Key.StartsWith(TelemetryVariables.Prefix, StringComparison.Ordinal))
            .OrderBy(variable => variable.Key, StringComparer.Ordinal)
            .Select(variable => new Setting(
                Variables, variable.Key, [Secrets.Shown(variable.Key, parent: null, variable.Value)], IsList: false, $"environment variable {variable.Key}", IsDefault: false)));
        return explanation._settings;
    }

    /// <summary>A section with a heading of its own, and those below it.</summary>
    private void AddGroup(ConfigShape shape, ConfigNode? node, string group)
    {
        var below = new List<(ConfigShape, ConfigNode, string)>();
        Add(shape, node, parent: null, group, "", below);
        foreach (var (itemShape, item, path) in below)
        {
            AddGroup(itemShape, item, path);
        }
    }

    private void Add(ConfigShape shape, ConfigNode? node, ConfigNode? parent, string group, string name, List<(ConfigShape, ConfigNode, string)> below)
    {
        var isWritten = node is { IsNull: false } && (node.IsLeaf || node.IsList || node.Children.Count > 0);
        switch (shape)
        {
            case ConfigShape.Object known when isWritten || SettingDefaults.AnyBelow(shape) || name.Length == 0:
                foreach (var (key, property) in Shown(known, node))
                {
                    Add(property, node?.Find(key), node, group, Join(name, key), below);
                }

                break;
            case ConfigShape.Map { Item: ConfigShape.Object or ConfigShape.Map } map when isWritten:
                below.AddRange(node!.Children.Select(child => (map.Item, child.Value, Join(Join(group, name), child.Key))));
                break;
            case ConfigShape.Map map when isWritten:
                foreach (var (key, child) in node!.Children)
                {
                    Add(map.Item, child, node, group, Join(name, key), below);
                }

                break;
            case ConfigShape.List { Item: not ConfigShape.Scalar } list when isWritten:
                foreach (var (key, child) in node!.Children)
                {
                    Add(list.Item, child, node, group, Join(name, key), below);
                }

                break;
            case ConfigShape.Scalar or ConfigShape.List when isWritten:
                AddWritten(shape, node!, parent, group, name);
                break;
            default:
                AddUnwritten(shape, node, group, name);
                break;
        }
    }

    /// <summary>What is switched off shows that it is, and what somebody wrote for the day it is on; its other settings are not in force.</summary>
    private static IEnumerable<KeyValuePair<string, ConfigShape>> Shown(ConfigShape.Object shape, ConfigNode? node)
    {
        var isOff = shape.Properties.ContainsKey("Enabled") && !(bool.TryParse(node?.Find("Enabled")?.Value, out var enabled) && enabled);
        return isOff
            ? shape.Properties.Where(property => property.Key == "Enabled" || node?.Find(property.Key) is not null)
            : shape.Properties;
    }

    private void AddWritten(ConfigShape shape, ConfigNode node, ConfigNode? parent, string group, string name)
    {
        var path = Join(group, name);
        var isText = shape is ConfigShape.Scalar { Type: var type } ? type == typeof(string) || type == typeof(Uri) : true;
        string Text(string value) => isText ? Secrets.Shown(path, parent, value) : value is "True" or "False" ? value.ToLowerInvariant() : value;

        if (shape is ConfigShape.Scalar)
        {
            _settings.Add(new Setting(group, name, [Text(node.Value!)], IsList: false, node.Place.ToString(), IsDefault: false));
            return;
        }

        // Variables name one item each; a list from a file has the place where it begins.
        var places = node.IsList || node.Children.Count == 0 ? [node.Place] : node.Children.Values.Select(child => child.Place).Distinct();
        _settings.Add(new Setting(
            group, name, [.. node.Children.Values.Select(child => Text(child.Value ?? ""))], IsList: true, string.Join(", ", places), IsDefault: false));
    }

    private void AddUnwritten(ConfigShape shape, ConfigNode? node, string group, string name)
    {
        var (values, why) = _derived.TryGetValue(Join(group, name), out var derived) ? derived : (SettingDefaults.Of(shape), "");
        why = node is { IsNull: true } ? $"null in {node.Place}" : why;
        _settings.Add(new Setting(
            group, name, values ?? [], shape is ConfigShape.List, why.Length == 0 ? Default : $"{Default} ({why})", IsDefault: true));
    }

    /// <summary>A section that is not ours, as it is. What only the environment has under an unknown name belongs to other programs.</summary>
    private void AddAsWritten(ConfigNode node, ConfigNode parent, string group, string name, bool isKnown)
    {
        if (node.Value is { } value && (isKnown || node.Place.Line > 0))
        {
            var text = value is "True" or "False" ? value.ToLowerInvariant() : value;
            _settings.Add(new Setting(group, name, [Secrets.Shown(Join(group, name), parent, text)], IsList: false, node.Place.ToString(), IsDefault: false));
        }

        foreach (var (key, child) in node.Children)
        {
            AddAsWritten(child, node, group, Join(name, key), isKnown);
        }
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : key.Length == 0 ? path : $"{path}:{key}";
}
