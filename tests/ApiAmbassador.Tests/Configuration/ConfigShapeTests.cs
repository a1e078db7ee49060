using System.Reflection;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class ConfigShapeTests
{
    [Fact]
    public void Every_setting_of_YARP_is_known_and_arrives()
    {
        var file = new JsonObject
        {
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = new JsonObject { ["r"] = Sample(typeof(RouteConfig)) },
                ["Clusters"] = new JsonObject { ["c"] = Sample(typeof(ClusterConfig)) },
            },
        };

        var gathered = Settings.Gather(file.ToJsonString());

        gathered.Errors.ShouldBeEmpty();
        var snapshot = SnapshotBuilder.Build(gathered, revision: 1);
        Missing(snapshot.Routes["r"].Config, "Routes:r").ShouldBeEmpty();
        Missing(snapshot.Clusters["c"].Config, "Clusters:c").ShouldBeEmpty();
    }

    [Fact]
    public void Every_setting_of_ours_is_known()
    {
        var file = new JsonObject
        {
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = new JsonObject { ["r"] = Sample(typeof(RouteOptions)) },
                ["Clusters"] = new JsonObject { ["c"] = Sample(typeof(ClusterOptions)) },
            },
            ["Ambassador"] = Sample(typeof(AmbassadorOptions)),
        };

        Settings.Gather(file.ToJsonString()).Errors.ShouldBeEmpty();
    }

    /// <summary>A value of a type as a file would hold it, with every property set.</summary>
    private static JsonNode Sample(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) || type == typeof(long) || type == typeof(double) => 1,
            _ when type == typeof(TimeSpan) => "00:00:01",
            _ when type == typeof(Version) => "2",
            _ when type == typeof(Uri) => "http://proxy.example",
            _ when type == typeof(SslProtocols) => new JsonArray("Tls12"),
            { IsEnum: true } => Enum.GetNames(type)[0],
            { IsGenericType: true } when type.GetGenericArguments() is [_, var value] => new JsonObject { ["key"] = Sample(value) },
            { IsGenericType: true } when type.GetGenericArguments() is [var item] => new JsonArray(Sample(item)),
            _ => new JsonObject(Settable(type).Select(property => KeyValuePair.Create(property.Name, (JsonNode?)Sample(property.PropertyType)))),
        };
    }

    /// <summary>The properties of YARP's own types, at any depth, that are still empty.</summary>
    private static IEnumerable<string> Missing(object value, string path)
    {
        foreach (var property in Settable(value.GetType()))
        {
            var below = property.GetValue(value);
            var belowPath = $"{path}:{property.Name}";
            if (below is null)
            {
                yield return belowPath;
            }
            else if (below.GetType().Namespace == typeof(RouteConfig).Namespace && below.GetType() is { IsEnum: false, IsArray: false })
            {
                foreach (var missing in Missing(below, belowPath))
                {
                    yield return missing;
                }
            }
        }
    }

    /// <summary>Ids are keys in a file, not settings.</summary>
    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null
                && property is not { Name: nameof(RouteConfig.RouteId) }
                && !(type == typeof(ClusterConfig) && property.Name == nameof(ClusterConfig.ClusterId)));
}
