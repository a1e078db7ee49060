using System.Globalization;

namespace ApiAmbassador.Configuration;

/// <summary>
/// Compares what was written with what may be written: unknown keys, values of the wrong type, a list where an object belongs.
/// What is wrong is reported and taken out of the tree, so that whoever reads the rest reads only what is well-formed:
/// YARP's reader stops at the first bad value, and we want to tell them all.
/// </summary>
internal static class ShapeCheck
{
    /// <summary>Adds an error for everything that does not fit and prunes it.</summary>
    public static void Prune(ConfigNode root, ICollection<ConfigError> errors)
    {
        // Other sections belong to the framework, so at the root an unknown key is no error, unless it is nearly one of ours.
        foreach (var (key, node) in root.Children.ToArray())
        {
            if (ConfigShape.Root.Properties.TryGetValue(key, out var shape))
            {
                PruneChild(root, key, node, shape, key, errors);
            }
            else if (Nearest.Find(key, ConfigShape.Root.Properties.Keys) is { } near)
            {
                errors.Add(new ConfigError(node.Place, key, $"unknown section; did you mean '{near}'?"));
            }
        }
    }

    private static void PruneChild(ConfigNode parent, string key, ConfigNode node, ConfigShape shape, string path, ICollection<ConfigError> errors)
    {
        if (node.IsInForce)
        {
            return; // It was looked at before.
        }

        if (node.IsNull && node.Children.Count == 0)
        {
            return; // null takes a setting back to its default, whatever its shape.
        }

        var problem = shape switch
        {
            // A value with settings below it is possible: "A": 1 beside "A:B": 2.
            ConfigShape.Scalar scalar => node.Value is null || node.Children.Count > 0 ? "takes one value, not a list or an object" : Mistake(scalar.Type, node.Value),
            ConfigShape.List => node.Value is not null && node.Value.Length > 0 ? "takes a list: [ … ]" : null,
            _ => node.Value is not null && node.Value.Length > 0 || node.IsList ? "takes an object: { … }" : null,
        };
        if (problem is not null)
        {
            errors.Add(new ConfigError(node.Place, path, problem));
            parent.Remove(key);
            return;
        }

        foreach (var (childKey, child) in node.Children.ToArray())
        {
            var childPath = path + ':' + childKey;
            switch (shape)
            {
                case ConfigShape.Object known when !known.Properties.ContainsKey(childKey):
                    errors.Add(new ConfigError(child.Place, childPath, "unknown key" + Nearest.Hint(childKey, [.. known.Properties.Keys])));
                    node.Remove(childKey);
                    break;
                case ConfigShape.List when !int.TryParse(childKey, out _):
                    errors.Add(new ConfigError(child.Place, childPath, "takes a list: [ … ]"));
                    node.Remove(childKey);
                    break;
                default:
                    PruneChild(node, childKey, child, ShapeBelow(shape, childKey), childPath, errors);
                    break;
            }
        }
    }

    private static ConfigShape ShapeBelow(ConfigShape shape, string key) => shape switch
    {
        ConfigShape.Object known => known.Properties[key],
        ConfigShape.Map map => map.Item,
        ConfigShape.List list => list.Item,
        _ => throw new InvalidOperationException($"{shape} has nothing below it"),
    };

    /// <summary>Several names of flags may stand in one text, as <c>Tls12, Tls13</c>; each must be known.</summary>
    private static bool IsEnumValue(Type type, string text) =>
        (type.IsDefined(typeof(FlagsAttribute), inherit: false) ? text.Split(',') : [text])
            .All(part => Enum.TryParse(type, part, ignoreCase: true, out var value) && Enum.IsDefined(type, value!));

    /// <summary>
    /// What is wrong with a value's text, or null. The accepted forms are those of YARP's reader, which is stricter than the
    /// framework's binder; but a duration of <c>5</c>, which means seconds to most and is five days to both, is refused.
    /// </summary>
    private static string? Mistake(Type type, string text)
    {
        const NumberStyles whole = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(TimeSpan))
        {
            return text.Contains(':') && TimeSpan.TryParseExact(text, "c", culture, out _) ? null : $"'{text}' is not a duration; write hours:minutes:seconds, as 00:00:05";
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out _) ? null : $"'{text}' is neither true nor false";
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, whole, culture, out _) ? null : $"'{text}' is not a whole number";
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, whole, culture, out _) ? null : $"'{text}' is not a whole number";
        }

        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, culture, out var number) && double.IsFinite(number) ? null : $"'{text}' is not a number";
        }

        if (type == typeof(Uri))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out _) ? null : $"'{SafeText.Address(text)}' is not an absolute URL";
        }

        if (type == typeof(Version))
        {
            return text.Length == 0 || Version.TryParse(text.Contains('.') ? text : text + ".0", out _) ? null : $"'{text}' is not an HTTP version; write 1.1, 2 or 3";
        }

        if (type.IsEnum)
        {
            return IsEnumValue(type, text)
                ? null : $"'{text}' is unknown here" + Nearest.Hint(text, Enum.GetNames(type));
        }

        return null; // Any text is a string.
    }
}
