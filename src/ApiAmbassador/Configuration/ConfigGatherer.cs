namespace ApiAmbassador.Configuration;

/// <summary>What was gathered: all that is well-formed, and an error for all that is not.</summary>
/// <param name="Root">The settings with their places.</param>
/// <param name="Configuration">The same settings as the framework and YARP read them.</param>
/// <param name="Errors">What could not be read or does not fit.</param>
/// <param name="Files">The files read, in order, for people.</param>
internal sealed record Gathered(ConfigNode Root, IConfigurationRoot Configuration, IReadOnlyList<ConfigError> Errors, IReadOnlyList<string> Files);

/// <summary>
/// The first step of the control path: reads every source in order, the later over the earlier.
/// <list type="number">
/// <item>appsettings.json and appsettings.ENVIRONMENT.json beside the program</item>
/// <item>the route files, *.json of the config directory in name order</item>
/// <item>environment variables, and AMBASSADOR_DESTINATIONS</item>
/// </list>
/// </summary>
internal static class ConfigGatherer
{
    private const string DirectoryVariable = "AMBASSADOR_CONFIG";

    /// <summary>Reads everything; never throws for what a user wrote.</summary>
    public static Gathered Gather(ConfigSources sources)
    {
        var errors = new List<ConfigError>();
        var files = new List<string>();
        var root = new ConfigNode(new Place("the configuration"));

        foreach (var name in new[] { "appsettings.json", $"appsettings.{sources.EnvironmentName}.json" })
        {
            var path = Path.Combine(sources.ProgramDirectory, name);
            if (File.Exists(path) && JsonFile.Read(path, name, errors) is { } settings)
            {
                files.Add(name);
                root.Overlay(settings);
            }
        }

        var routeFiles = new ConfigNode(root.Place);
        foreach (var path in RouteFiles(sources, errors))
        {
            if (JsonFile.Read(path, path, errors) is { } settings)
            {
                files.Add(path);
                settings.Children.Remove("$schema");
                ReportTwice(routeFiles, settings, errors);
                routeFiles.Overlay(settings);
            }
        }

        root.Overlay(routeFiles);
        root.Overlay(EnvironmentSource.Read(sources.Variables));
        ShortForm.Apply(root, sources, errors);
        TelemetryVariables.Check(sources, errors);
        ShapeCheck.Prune(root, errors);
        return new Gathered(root, new ConfigurationBuilder().AddInMemoryCollection(root.Flatten()).Build(), errors, files);
    }

    /// <summary>The route files in name order. A missing directory is an error only if somebody named it.</summary>
    private static string[] RouteFiles(ConfigSources sources, List<ConfigError> errors)
    {
        var (directory, named) = sources switch
        {
            { ConfigDirectory: { } given } => (given, "--config"),
            _ when sources.Variable(DirectoryVariable) is { } given => (given, DirectoryVariable),
            _ => ("config", null),
        };

        if (!Directory.Exists(directory))
        {
            if (named is not null)
            {
                var problem = File.Exists(directory) ? "is a file, not a directory; name the directory that holds it" : "is not there";
                errors.Add(new ConfigError(new Place(directory), "", $"the config directory ({named}) {problem}"));
            }

            return [];
        }

        try
        {
            var files = Directory.GetFiles(directory, "*.json");
            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigError(new Place(directory), "", $"the config directory cannot be read: {e.Message}"));
            return [];
        }
    }

    /// <summary>Two route files that define the same route or cluster: either could be the one somebody meant.</summary>
    private static void ReportTwice(ConfigNode earlier, ConfigNode later, List<ConfigError> errors)
    {
        foreach (var kind in new[] { "Routes", "Clusters" })
        {
            var known = earlier.Find("ReverseProxy", kind);
            var added = later.Find("ReverseProxy", kind);
            if (known is null || added is null)
            {
                continue;
            }

            foreach (var (id, node) in added.Children)
            {
                if (known.Children.TryGetValue(id, out var first))
                {
                    errors.Add(new ConfigError(
                        node.Place, $"ReverseProxy:{kind}:{id}", $"'{id}' is defined in {first.Place} already; keep one or rename one"));
                }
            }
        }
    }
}
