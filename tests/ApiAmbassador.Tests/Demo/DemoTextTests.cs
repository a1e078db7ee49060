using ApiAmbassador.Demo;
using Spectre.Console;

namespace ApiAmbassador.Tests.Demo;

public class DemoTextTests
{
    [Fact]
    public void Screen_withLongestNamesAndNumbers_staysWithin80Columns()
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = DemoScreen.Columns;

        console.Write(DemoScreen.Draw(Picture()));

        var lines = writer.ToString().Split('\n').Select(line => line.TrimEnd()).ToArray();
        lines.ShouldAllBe(line => line.Length <= 80);
        lines.Count(line => line.Contains("stable-1") && line.Contains("100 %")).ShouldBe(1, "a row is one line");
    }

    [Fact]
    public void Lines_ofAnyPicture_areAtMost80Characters()
    {
        string[] lines = [.. DemoText.Opening(Picture()), DemoText.Line(Picture()), .. DemoText.Summary(Picture())];

        lines.ShouldAllBe(line => line.Length <= 80);
        lines.ShouldContain("100000 requests answered, 0 failed, in 600 s");
    }

    [Fact]
    public void Summary_afterFailures_saysSo() =>
        DemoText.Summary(Picture() with { Scores = Picture().Scores with { Failed = 1 } }).Last().ShouldStartWith("The client saw failures");

    private static DemoPicture Picture()
    {
        var score = new Score(100_000, 1000, 1, 1234, 5678);
        var scores = new Scores(TimeSpan.FromMinutes(10), 100_000, 0, new Dictionary<string, Score> { ["stable-1"] = score });
        return new DemoPicture(
            new Uri("http://127.0.0.1:65535/"),
            new Uri("http://127.0.0.1:65534/"),
            50,
            scores,
            [
                new InstancePicture("stable-1", "api-v1", IsUsable: true, SampleHealth.Well, score),
                new InstancePicture("stable-2", "api-v1", IsUsable: false, SampleHealth.Well, score),
                new InstancePicture("canary-1", "api-v2", IsUsable: false, SampleHealth.Down, null),
            ],
            [new DemoNews(TimeSpan.FromMinutes(10), "the ambassador leaves stable-2 out; the others take its share")]);
    }
}
