using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApiAmbassador.Demo;

/// <summary>The route file that the demo runs on: what a user would write, in a directory of its own.</summary>
internal sealed class DemoRouteFile : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ambassador-demo-");

    /// <summary>The config directory.</summary>
    public string ConfigDirectory => _directory.FullName;

    /// <summary>Writes it: two versions side by side, the second with so many per cent of the users, every instance probed often.</summary>
    public void Write(IReadOnlyList<SampleInstance> instances, int canaryPercent)
    {
        var clusters = new JsonObject(instances.GroupBy(instance => instance.Version).Select(version => KeyValuePair.Create(version.Key, (JsonNode?)new JsonObject
        {
            ["Destinations"] = new JsonObject(version.Select(instance =>
                KeyValuePair.Create(instance.Name, (JsonNode?)new JsonObject { ["Address"] = instance.Address.AbsoluteUri }))),
            ["LoadBalancingPolicy"] = "WeightedRoundRobin",
            ["HealthCheck"] = new JsonObject
            {
                ["Active"] = new JsonObject { ["Enabled"] = true, ["Path"] = "/healthz", ["Interval"] = "00:00:00.250" },
            },
        })));
        var file = new JsonObject
        {
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = new JsonObject
                {
                    ["api"] = new JsonObject
                    {
                        ["Match"] = new JsonObject { ["Path"] = "{**catch-all}" },
                        ["Split"] = new JsonObject
                        {
                            ["Clusters"] = new JsonObject { [DemoRun.Stable] = 100 - canaryPercent, [DemoRun.Canary] = canaryPercent },
                            ["StickyBy"] = "Header:X-User-Id",
                        },
                    },
                },
                ["Clusters"] = clusters,
            },
        };
        File.WriteAllText(Path.Combine(ConfigDirectory, "demo.json"), file.ToJsonString(Indented));
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Delete(recursive: true);
}
