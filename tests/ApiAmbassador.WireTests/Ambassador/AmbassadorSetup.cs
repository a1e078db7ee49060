using ApiAmbassador.Configuration;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>
/// What an ambassador under test reads: a config directory of its own, variables, and listeners on free loopback ports. Nothing of the
/// machine's environment comes in.
/// </summary>
public sealed class AmbassadorSetup : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ambassador-");

    public Dictionary<string, string> Variables { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Ambassador__Listen__0"] = "http://127.0.0.1:0",
        ["Ambassador__Admin__Listen"] = "http://127.0.0.1:0",
        ["Ambassador__DrainDelay"] = "00:00:00",
    };

    public string ConfigDirectory => _directory.FullName;

    /// <summary>Where the route files of <c>Yarp/</c> are.</summary>
    public static string RouteFiles => Path.Combine(AppContext.BaseDirectory, "Yarp");

    internal ConfigSources Sources => new(AppContext.BaseDirectory, ConfigDirectory, Variables);

    /// <summary>Writes a route file. <c>{one}</c> stands for the address of the destination, or the path of the file, given under that name.</summary>
    public AmbassadorSetup WithFile(string json, params (string Name, Uri Address)[] addresses)
    {
        foreach (var (name, address) in addresses)
        {
            json = json.Replace($"{{{name}}}", address.IsFile ? address.LocalPath : address.AbsoluteUri, StringComparison.Ordinal);
        }

        File.WriteAllText(Path.Combine(ConfigDirectory, "routes.json"), json);
        return this;
    }

    /// <summary>Takes a route file of <c>Yarp/</c>, addresses put in as in <see cref="WithFile"/>.</summary>
    public AmbassadorSetup WithRouteFile(string name, params (string Name, Uri Address)[] addresses) =>
        WithFile(File.ReadAllText(Path.Combine(RouteFiles, name)), addresses);

    /// <summary>Lets the route <c>api</c> do what only YARP's forwarder can: a transform, of what would be done anyway.</summary>
    public AmbassadorSetup ThroughYarp() => With("ReverseProxy__Routes__api__Transforms__0__ResponseHeadersCopy", "true");

    /// <summary>
    /// One route for every path to one cluster with these destinations, with further settings of the cluster. Nobody warms up unless they say so: tests
    /// ask who serves, and not how much at first.
    /// </summary>
    public AmbassadorSetup WithCluster(string settings, params (string Name, Uri Address)[] destinations)
    {
        var list = string.Join(", ", destinations.Select(destination => $$""" "{{destination.Name}}": { "Address": "{{destination.Address}}" } """));
        var slowStart = settings.Contains("\"SlowStart\"", StringComparison.Ordinal) ? "" : "\"SlowStart\": \"00:00:00\",";
        return WithFile($$"""
            {
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } } },
                "Clusters": { "api": { {{slowStart}} "Destinations": { {{list}} }, {{settings}} } }
              }
            }
            """);
    }

    public AmbassadorSetup With(string variable, string value)
    {
        Variables[variable] = value;
        return this;
    }

    /// <summary>Leaves the listeners to the file's <c>Kestrel:Endpoints</c>.</summary>
    public AmbassadorSetup WithoutListen()
    {
        Variables.Remove("Ambassador__Listen__0");
        return this;
    }

    public void Dispose()
    {
        if (Directory.Exists(ConfigDirectory))
        {
            _directory.Delete(recursive: true);
        }
    }
}
