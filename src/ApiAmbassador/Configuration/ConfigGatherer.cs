namespace ApiAmbassador.Configuration;

/// <summary>What was gathered: all that is well-formed, and an error for all that is not.</summary>
/// <param name="Root">The settings with their places.</param>
/// <param name="Configuration">The same settings as the framework reads them, without <c>ReverseProxy</c>.</param>
/// <param name="Errors">What could not be read or does not fit.</param>
/// <param name="Files">The files read, in order, for people.</param>
internal sealed record Gathered(ConfigNode Root, IConfigurationRoot Configuration, IReadOnlyList<ConfigError> Errors, IReadOnlyList<string> Files)
{
    /// <summary>The files' content as it was before they were read (<see cref="ConfigContent"/>): what differs from it has changed since.</summary>
    public string Content { get; init; } = "";
}

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
    /// <summary>How many route files there may be: all are read once a second, to see whether they are as before.</summary>
    public const int FilesMax = 1000;

    private const string DirectoryVariable = "AMBASSADOR_CONFIG";

    /// <summary>Reads everything; never throws for what a user wrote.</summary>
    /// <param name="sources">Where from.</param>
    /// <param name="isDirectoryNeeded">Whether a missing config directory is an error although nobody named it: because it was there before.</param>
    /// <param name="inForce">The tree in force, whose nodes are taken where nothing has changed.</param>
    public static Gathered Gather(ConfigSources sources, bool isDirectoryNeeded = false, ConfigNode? inForce = null)
    {
        var content = ConfigContent.Of(sources);
        var errors = new List<ConfigError>();
        var files = new List<string>();
        var root = new ConfigNode(new Place("the configuration"));

        foreach (var path in SettingsFiles(sources).Where(File.Exists))
        {
            var name = Path.GetFileName(path);
            if (JsonFile.Read(path, name, errors, inForce) is { } settings)
            {
                files.Add(name);
                root.Overlay(settings);
            }
        }

        var routeFiles = new ConfigNode(root.Place);
        foreach (var path in RouteFiles(sources, isDirectoryNeeded, errors))
        {
            if (JsonFile.Read(path, path, errors, inForce) is { } settings)
            {
                files.Add(path);
                settings.Remove("$schema");
                ReportTwice(routeFiles, settings, errors);
                routeFiles.Overlay(settings);
            }
        }

        root.Overlay(routeFiles);
        root.Overlay(EnvironmentSource.Read(sources.Variables));
        ShortForm.Apply(root, sources, errors);
        TelemetryVariables.Check(sources, errors);
        ShapeCheck.Prune(root, errors);
        return new Gathered(root, new ConfigurationBuilder().AddInMemoryCollection(ForTheFramework(root)).Build(), errors, files) { Content = content };
    }

    /// <summary>All but <c>ReverseProxy</c>, which may be large, and which readers take from the tree itself.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> ForTheFramework(ConfigNode root)
    {
        var rest = new ConfigNode(root.Place);
        foreach (var (key, node) in root.Children.Where(child => !child.Key.Equals("ReverseProxy", StringComparison.OrdinalIgnoreCase)))
        {
            rest.Set(key, node);
        }

        return rest.Flatten();
    }

    /// <summary>The settings files beside the program, there or not.</summary>
    public static IEnumerable<string> SettingsFiles(ConfigSources sources) =>
        new[] { "appsettings.json", $"appsettings.{sources.EnvironmentName}.json" }.Select(name => Path.Combine(sources.ProgramDirectory, name));

    /// <summary>The config directory, there or not, and who named it; null where nobody did.</summary>
    public static (string Path, string? NamedBy) DirectoryOf(ConfigSources sources) => sources switch
    {
        { ConfigDirectory: { } given } => (given, "--config"),
        _ when sources.Variable(DirectoryVariable) is { } given => (given, DirectoryVariable),
        _ => ("config", null),
    };

    /// <summary>The route files of a directory, in name order.</summary>
    /// <exception cref="IOException">It cannot be read, or holds more than anybody's routes have.</exception>
    public static string[] RouteFilesIn(string directory)
    {
        var files = Directory.EnumerateFiles(directory, "*.json").Take(FilesMax + 1).ToArray();
        if (files.Length > FilesMax)
        {
            throw new IOException($"it holds more than {FilesMax} files *.json; name the one with the route files alone");
        }

        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>The route files in name order. A missing directory is an error only if somebody named it, or it was there before.</summary>
    private static string[] RouteFiles(ConfigSources sources, bool isDirectoryNeeded, List<ConfigError> errors)
    {
        var (directory, named) = DirectoryOf(sources);
        named ??= isDirectoryNeeded ? "it was there before" : null;
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
            return RouteFilesIn(directory);
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
