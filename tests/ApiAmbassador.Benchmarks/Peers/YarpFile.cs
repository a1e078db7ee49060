using System.Text.Json;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The settings that bare YARP and the ambassador read alike: one file for both.</summary>
internal static class YarpFile
{
    /// <summary>Writes the file and gives its path.</summary>
    public static string Write(string directory, PeerTask task)
    {
        var routes = Enumerable.Range(1, task.Routes).ToDictionary(route => $"route{route}", route => Route(PeerTask.PathOf(route)));
        routes["all"] = Route("/");
        var destinations = task.Destinations
            .Select((address, i) => (Id: $"d{i}", Address: address.ToString()))
            .ToDictionary(destination => destination.Id, destination => new { destination.Address });
        var kestrel = task.Certificate is { } file ? new { Certificates = new { Default = new { Path = file, KeyPath = file } } } : null;
        var settings = new Dictionary<string, object>
        {
            ["ReverseProxy"] = new { Routes = routes, Clusters = new { api = new { Destinations = destinations } } },
        };
        if (kestrel is not null)
        {
            settings["Kestrel"] = kestrel;
        }

        var path = Path.Combine(directory, "proxy.json");
        File.WriteAllText(path, JsonSerializer.Serialize(settings));
        return path;
    }

    private static object Route(string prefix) => new { ClusterId = "api", Match = new { Path = $"{prefix}{{**rest}}" } };
}
