using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>What the documents show works: each example file, the route file in the README, and what the deployments mount and bake in.</summary>
public partial class ExampleFilesTests
{
    public static TheoryData<string> Examples => [.. Directory.GetFiles(Root("config", "examples"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Route files to mount, wherever they lie; the image's own settings are no route file, and a dashboard is none.</summary>
    public static TheoryData<string> DeployedFiles => [.. Directory.GetFiles(Root("deploy"), "*.json", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root("deploy"), path)).Where(path => Path.GetDirectoryName(path) is not ("image" or "grafana")).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Manifests => [.. Directory.GetFiles(Root("deploy", "kubernetes"), "*.yaml")
        .Where(path => RouteFileInManifest().IsMatch(File.ReadAllText(path))).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task ExampleFile_isValid(string name) => await ShouldBeValidAsync(await File.ReadAllTextAsync(Root("config", "examples", name), TestContext.Current.CancellationToken));

    [Theory]
    [MemberData(nameof(DeployedFiles))]
    public async Task DeployedFile_isValid(string path) => await ShouldBeValidAsync(await File.ReadAllTextAsync(Root("deploy", path), TestContext.Current.CancellationToken));

    [Theory]
    [MemberData(nameof(Manifests))]
    public async Task RouteFilesInManifest_areValid(string name)
    {
        foreach (Match file in RouteFileInManifest().Matches(await File.ReadAllTextAsync(Root("deploy", "kubernetes", name), TestContext.Current.CancellationToken)))
        {
            await ShouldBeValidAsync(file.Groups["json"].Value);
        }
    }

    /// <summary>With the settings that the image brings below a route file, and a route file that overrides them.</summary>
    [Fact]
    public void SettingsOfTheImage_giveThePorts_andARouteFileOverridesThem()
    {
        using var directory = new TempDirectory();
        AmbassadorOptions Options() =>
            SnapshotBuilder.Ambassador(ConfigGatherer.Gather(new ConfigSources(Root("deploy", "image"), directory.Path, new Dictionary<string, string>())));

        Options().Listen.ShouldBe(["http://*:80"]);
        Options().Admin.Listen.ShouldBe("http://*:9900");

        directory.Write("own.json", """{ "Ambassador": { "Listen": [ "http://127.0.0.1:8080" ] } }""");

        Options().Listen.ShouldBe(["http://127.0.0.1:8080"]);
    }

    [Fact]
    public async Task RouteFileInTheReadme_isValid()
    {
        var readme = await File.ReadAllTextAsync(Root("README.md"), TestContext.Current.CancellationToken);

        await ShouldBeValidAsync(Fenced().Match(readme).Groups["json"].Value);
    }

    [Fact]
    public async Task PoliciesInTheSettingsReference_areValid()
    {
        var reference = await File.ReadAllTextAsync(Root("config", "README.md"), TestContext.Current.CancellationToken);
        var json = "{" + Fenced().Match(reference).Groups["json"].Value + """
            , "ReverseProxy": { "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" } } },
                                "Clusters": { "c": { "Destinations": { "d": { "Address": "http://d" } } } } } }
            """;

        await ShouldBeValidAsync(json);
    }

    private static async Task ShouldBeValidAsync(string json)
    {
        var (_, errors) = await Settings.CheckAsync(json);
        errors.ShouldBeEmpty();
        WrittenConfiguration.Explain(json).ShouldNotBeEmpty();
    }

    private static string Root(params string[] path) => Path.Combine([Path.GetDirectoryName(Here())!, "..", "..", "..", .. path]);

    private static string Here([CallerFilePath] string path = "") => path;

    /// <summary>A ConfigMap's entry NAME.json: the lines indented below it.</summary>
    [GeneratedRegex(@"^  \w+\.json: \|\n(?<json>(    .*\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RouteFileInManifest();

    [GeneratedRegex("```jsonc\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();
}
