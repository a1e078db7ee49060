using System.Reflection;
using System.Security.Authentication;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// What may be written where: the shape of every setting under <c>ReverseProxy</c> and <c>Ambassador</c>.
/// It is read from the types that hold the settings, YARP's own and ours laid over each other, so that it cannot disagree
/// with them: a setting exists when its property does.
/// </summary>
internal abstract record ConfigShape
{
    /// <summary>The property that holds the setting, for its documentation and default; null at the root and below lists and maps.</summary>
    public PropertyInfo? Source { get; private init; }

    /// <summary>One value.</summary>
    internal sealed record Scalar(Type Type) : ConfigShape;

    /// <summary>A JSON array of one shape.</summary>
    internal sealed record List(ConfigShape Item) : ConfigShape;

    /// <summary>An object whose keys the user chooses: routes, clusters, destinations, metadata.</summary>
    internal sealed record Map(ConfigShape Item) : ConfigShape;

    /// <summary>An object with known keys.</summary>
    internal sealed record Object(IReadOnlyDictionary<string, ConfigShape> Properties) : ConfigShape;

    /// <summary>Everything we check: <c>ReverseProxy</c> and <c>Ambassador</c>. Other sections are the framework's.</summary>
    public static Object Root { get; } = new(new Dictionary<string, ConfigShape>(StringComparer.OrdinalIgnoreCase)
    {
        ["ReverseProxy"] = new Object(new Dictionary<string, ConfigShape>(StringComparer.OrdinalIgnoreCase)
        {
            ["Routes"] = new Map(Overlay(Of(typeof(RouteConfig)), Of(typeof(RouteOptions)))),
            ["Clusters"] = new Map(Overlay(Of(typeof(ClusterConfig)), Of(typeof(ClusterOptions)))),
        }),
        ["Ambassador"] = Of(typeof(AmbassadorOptions)),
    });

    /// <summary>The shape of a type that holds settings.</summary>
    private static ConfigShape Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(SslProtocols))
        {
            return new List(new Scalar(type)); // YARP reads these flags as a list of names.
        }

        if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(Version))
        {
            return new Scalar(type);
        }

        if (type.IsGenericType)
        {
            var arguments = type.GetGenericArguments();
            return arguments.Length == 2 ? new Map(Of(arguments[1])) : new List(Of(arguments[0]));
        }

        return new Object(type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && !IsId(property))
            .ToDictionary(property => property.Name, property => Of(property.PropertyType) with { Source = property }, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Ids are the keys of routes and clusters, not settings inside them.</summary>
    private static bool IsId(PropertyInfo property) =>
        (property.DeclaringType == typeof(RouteConfig) && property.Name == nameof(RouteConfig.RouteId))
        || (property.DeclaringType == typeof(ClusterConfig) && property.Name == nameof(ClusterConfig.ClusterId));

    /// <summary>YARP's shape with our additions in it, at any depth.</summary>
    private static ConfigShape Overlay(ConfigShape yarp, ConfigShape ours)
    {
        switch (yarp, ours)
        {
            case (Map a, Map b):
                return new Map(Overlay(a.Item, b.Item));
            case (Object a, Object b):
                var properties = new Dictionary<string, ConfigShape>(a.Properties, StringComparer.OrdinalIgnoreCase);
                foreach (var (key, shape) in b.Properties)
                {
                    properties[key] = properties.TryGetValue(key, out var known) ? Overlay(known, shape) : shape;
                }

                return new Object(properties);
            default:
                return ours;
        }
    }
}
