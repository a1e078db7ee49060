using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>What the documents show works: each example file, and the route file in the README.</summary>
public partial class ExampleFilesTests
{
    public static TheoryData<string> Examples => [.. Directory.GetFiles(Root("config", "examples"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task ExampleFile_isValid(string name) => await ShouldBeValidAsync(await File.ReadAllTextAsync(Root("config", "examples", name), TestContext.Current.CancellationToken));

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
    }

    private static string Root(params string[] path) => Path.Combine([Path.GetDirectoryName(Here())!, "..", "..", "..", .. path]);

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("```jsonc\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();
}
