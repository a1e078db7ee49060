using ApiAmbassador.Admin;
using ApiAmbassador.Cli;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Spectre.Console;

namespace ApiAmbassador.Tests.Cli;

public class StatusReportTests
{
    private static readonly DestinationView Serving = new(
        "one", "http://10.0.0.1:8080", 1, 1, 0, Zone: null, Operator: null, new HealthView("unknown", "unknown"), new BreakerView(BreakerState.Closed, Until: null, 0),
        new OutlierView(IsEjected: false, Until: null, 0, Cause: null), 3, IsUsable: true, new TrafficView(12.34, 0, 8.76), 60);

    [Fact]
    public void Plain_text_is_a_line_a_destination_within_80_columns()
    {
        var text = Written(
            Serving,
            Serving with { Id = "two", Weight = 0, ConfiguredWeight = 3, Operator = new OperatorWord(IsDrained: true, Weight: null), IsUsable = false, Traffic = new TrafficView(0, 0, LatencyMilliseconds: null) },
            Serving with { Id = "http://" + new string('x', 200) + ":8080", Weight = 65_535, ConfiguredWeight = 65_534, InFlight = 123_456, Traffic = new TrafficView(123_456, 0, 98_765), Health = new HealthView("unknown", "unhealthy"), IsUsable = false });

        text.Split('\n').ShouldAllBe(line => line.Length <= 80);
        text.ShouldStartWith("ApiAmbassador 1.2.3: serving, revision 7, up 01:00:00\n\napi: 1 of 3 usable, 3 in flight, 0 queued, PowerOfTwoChoices\n");
        text.ShouldContain("  one                      1                3     12    8.8  serving\n");
        text.ShouldContain("  two                      0 (of 3)         3      0      -  drained\n");
        text.ShouldContain("   123456   123k    99k  unhealthy (passive)\n");
    }

    [Fact]
    public void Source_is_a_line_and_a_name_in_an_address_is_one_only_when_something_is_wrong_with_it()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        StatusReport.Write(writer, Status(
            [Serving],
            new SourceView("dns-srv", "_api._tcp.prod.internal", 5, 2.4, 3, IsKept: false, 0, Problem: null),
            new SourceView("file", "targets/*.json", 2, AgeSeconds: null, 0, IsKept: true, 7, "the path matches no file"),
            new SourceView("name", "well", 1, 1, 0, IsKept: false, 0, Problem: null),
            new SourceView("name", "sick", 0, AgeSeconds: null, 0, IsKept: false, 1, new string('x', 100))));

        writer.ToString().ShouldContain("  dns-srv _api._tcp.prod.internal: 5, 3 of them held, 2 s ago\n");
        writer.ToString().ShouldContain("  file targets/*.json: 2, known from before the start\n    the path matches no file\n");
        writer.ToString().ShouldContain("  name sick: 0\n    xxx");
        writer.ToString().ShouldNotContain("well");
        writer.ToString().Split('\n').ShouldAllBe(line => line.Length <= 80);
    }

    [Theory]
    [InlineData("half_open", "breaker half open")]
    [InlineData("open", "breaker open")]
    [InlineData("sick", "unhealthy")]
    [InlineData("zero", "weight 0")]
    [InlineData("serving", "serving")]
    public void State_says_why(string case1, string expected) => StatusReport.State(case1 switch
    {
        "half_open" => Serving with { Breaker = new BreakerView(BreakerState.HalfOpen, DateTimeOffset.UnixEpoch, 5), IsUsable = false },
        "open" => Serving with { Breaker = new BreakerView(BreakerState.Open, DateTimeOffset.UnixEpoch, 5), IsUsable = false },
        "sick" => Serving with { Health = new HealthView("unhealthy", "unknown"), IsUsable = false },
        "zero" => Serving with { Weight = 0, IsUsable = false },
        _ => Serving,
    }).ShouldBe(expected);

    [Fact]
    public void Terminal_shows_the_same_within_80_columns_and_takes_no_id_for_markup()
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 80;

        StatusReport.Show(console, Status([Serving with { Id = "http://[::1]:8080" }], new SourceView("http", "http://registry/[targets]", 1, 0.4, 0, IsKept: false, 0, Problem: null)));

        writer.ToString().ShouldContain("http://[::1]:8080");
        writer.ToString().ShouldContain("  http http://registry/[targets]: 1, 0 s ago");
        writer.ToString().Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= 80);
    }

    private static string Written(params DestinationView[] destinations)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        StatusReport.Write(writer, Status(destinations));
        return writer.ToString();
    }

    private static StatusView Status(DestinationView[] destinations, params SourceView[]? sources) => new(
        "1.2.3", "", DateTimeOffset.UnixEpoch, 3600, "serving", 7, DateTimeOffset.UnixEpoch, Passthrough: false, 0, LastRefused: null,
        [new ClusterView("api", "PowerOfTwoChoices", 1, false, 3, 0, 100, sources ?? [], destinations)], []);
}
