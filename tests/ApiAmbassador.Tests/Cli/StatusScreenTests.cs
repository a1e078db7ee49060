using ApiAmbassador.Admin;
using ApiAmbassador.Cli;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Cli;

public partial class StatusScreenTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(50, 10)]
    [InlineData(200, 5)]
    [InlineData(20, 3)]
    public void Picture_never_exceeds_the_terminal_and_keeps_its_top(int width, int height)
    {
        var lines = Drawn(destinations: 200, (width, height)).Split('\n');

        lines.Length.ShouldBeLessThanOrEqualTo(height);
        lines[0].ShouldStartWith("ApiAmbassador");
        lines.ShouldAllBe(line => line.Length <= width || line.StartsWith("and ", StringComparison.Ordinal));
    }

    [Fact]
    public void Picture_that_is_cut_says_how_much_is_missing()
    {
        Drawn(destinations: 200, (80, 24)).Split('\n')[^2].ShouldBe("and 185 more lines, which status without --watch shows");
        Drawn(destinations: 3, (80, 24)).ShouldNotContain("more lines");
    }

    [Fact]
    public void Another_size_clears_what_the_one_before_has_left()
    {
        using var writer = new StringWriter();
        using var screen = new StatusScreen(writer);
        screen.Show(Status(3), 80, 24);
        screen.Show(Status(3), 80, 24);
        var before = writer.ToString().Length;
        screen.Show(Status(3), 60, 24);

        writer.ToString()[before..].ShouldStartWith("\e[H\e[J");
        Occurrences(writer.ToString(), "\e[H\e[J").ShouldBe(2);
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    /// <summary>The last picture without its control sequences.</summary>
    private static string Drawn(int destinations, (int Width, int Height) size)
    {
        using var writer = new StringWriter();
        using var screen = new StatusScreen(writer);
        screen.Show(Status(destinations), size.Width, size.Height);
        return Sequence().Replace(writer.ToString(), "");
    }

    private static StatusView Status(int destinations) => new(
        "1.2.3", "", DateTimeOffset.UnixEpoch, 3600, "serving", 7, DateTimeOffset.UnixEpoch, Passthrough: false, 0, LastRefused: null,
        [new ClusterView("api", "PowerOfTwoChoices", 1, false, 3, 0, 100, [], [.. Enumerable.Range(0, destinations).Select(Destination)])], []);

    private static DestinationView Destination(int number) => new(
        $"d{number}", "http://10.0.0.1:8080", 1, 1, 0, Zone: null, Operator: null, new HealthView("unknown", "unknown"), new BreakerView(BreakerState.Closed, Until: null, 0),
        new OutlierView(IsEjected: false, Until: null, 0, Cause: null), 3, IsUsable: true, new TrafficView(0, 0, LatencyMilliseconds: null), 60);

    [System.Text.RegularExpressions.GeneratedRegex(@"\e\[[0-9;]*[A-Za-z]", System.Text.RegularExpressions.RegexOptions.None, 1000)]
    private static partial System.Text.RegularExpressions.Regex Sequence();
}
