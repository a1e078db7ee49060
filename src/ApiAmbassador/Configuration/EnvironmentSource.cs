namespace ApiAmbassador.Configuration;

/// <summary>Environment variables in .NET's way: <c>ReverseProxy__Clusters__api__Destinations__one__Address</c>.</summary>
internal static class EnvironmentSource
{
    private static readonly string[] Separators = ["__", ":"];

    /// <summary>The settings that variables with a double underscore (or a colon, where a name may hold one) stand for; others are none of ours.</summary>
    public static ConfigNode Read(IReadOnlyDictionary<string, string> variables)
    {
        var root = new ConfigNode(new Place("the environment"));
        foreach (var (name, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            var path = name.Split(Separators, StringSplitOptions.None);
            if (!(path.Length > 1 || name.Equals("AllowedHosts", StringComparison.OrdinalIgnoreCase)) || path.Any(string.IsNullOrEmpty))
            {
                continue;
            }

            var place = new Place($"environment variable {name}");
            var node = root;
            foreach (var key in path[..^1])
            {
                node = node.ChildOrNew(key, place);
            }

            node.Set(path[^1], ConfigNode.Leaf(value, place));
        }

        return root;
    }
}
