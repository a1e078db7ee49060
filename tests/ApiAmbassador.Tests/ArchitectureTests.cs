using System.Runtime.CompilerServices;

namespace ApiAmbassador.Tests;

/// <summary>The walls between the rooms of the one project.</summary>
public class ArchitectureTests
{
    private const int LinesMax = 300;

    private static readonly SourceFile[] Sources = Read();

    [Fact]
    public void Scan_sees_the_sources()
    {
        Sources.Length.ShouldBeGreaterThan(50);
        Sources.ShouldContain(file => file.Name == "Routing/SplitRule.cs");
    }

    [Theory]
    [InlineData("Routing")]
    [InlineData("Balancing")]
    [InlineData("Resilience")]
    public void Data_path_does_not_name_the_control_rooms(string room)
    {
        Named(In(room), "ApiAmbassador.Discovery", "ApiAmbassador.Names", "ApiAmbassador.Admin", "ApiAmbassador.Cli").ShouldBeEmpty();
    }

    [Fact]
    public void Sources_and_names_know_nothing_of_what_is_done_with_their_lists()
    {
        // The loop has to ask whether an instance that nobody names any more has failed.
        Named(In("Discovery").Concat(In("Names")).Where(file => file.Name != "Discovery/DiscoveryLoop.cs"), "Yarp").ShouldBeEmpty();
    }

    [Fact]
    public void Pure_files_know_neither_a_request_nor_a_log()
    {
        Named(Sources.Where(file => Ends(file, "Rule.cs", "Decision.cs", "Choice.cs")), "HttpContext", "ILogger").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Admin")]
    [InlineData("Cli")]
    public void Operators_change_nothing_except_through_the_reloader(string room)
    {
        Named(In(room), ".Swap(", "SnapshotConfigProvider").ShouldBeEmpty();
    }

    [Fact]
    public void Configuration_is_read_in_one_place()
    {
        // The last one keeps OpenTelemetry from reading it.
        var readers = Sources.Where(file => !file.Name.StartsWith("Hosting/", StringComparison.Ordinal)
            && !Ends(file, "/ConfigGatherer.cs", "/SnapshotBuilder.cs", "/NodeSection.cs", "/PrometheusMetrics.cs"));

        Named(readers, "IConfiguration").ShouldBeEmpty();
    }

    [Fact]
    public void Snapshot_is_swapped_by_the_reloader_alone()
    {
        Named(Sources.Where(file => !Ends(file, "/ConfigReloader.cs", "/ConfigReloader.Operator.cs")), ".Swap(").ShouldBeEmpty();
    }

    [Fact]
    public void File_fits_a_few_screens()
    {
        Sources.Where(file => file.Text.Count(letter => letter == '\n') > LinesMax).Select(file => file.Name).ShouldBeEmpty();
    }

    private static IEnumerable<SourceFile> In(string room) => Sources.Where(file => file.Name.StartsWith(room + '/', StringComparison.Ordinal));

    private static bool Ends(SourceFile file, params string[] endings) =>
        endings.Any(ending => file.Name.EndsWith(ending, StringComparison.Ordinal));

    private static IEnumerable<string> Named(IEnumerable<SourceFile> files, params string[] words) =>
        from file in files
        from word in words
        where file.Text.Contains(word, StringComparison.Ordinal)
        select $"{file.Name} names {word}";

    private static SourceFile[] Read([CallerFilePath] string here = "")
    {
        var root = new DirectoryInfo(here).Parent;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "ApiAmbassador.sln")))
        {
            root = root.Parent;
        }

        var source = Path.Combine(root.ShouldNotBeNull().FullName, "src", "ApiAmbassador");
        return
        [
            .. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
                .Select(path => new SourceFile(Path.GetRelativePath(source, path).Replace('\\', '/'), File.ReadAllText(path)))
                .Where(file => !file.Name.StartsWith("obj/", StringComparison.Ordinal) && !file.Name.StartsWith("bin/", StringComparison.Ordinal)),
        ];
    }

    private sealed record SourceFile(string Name, string Text);
}
