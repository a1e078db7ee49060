using Spectre.Console;
using Spectre.Console.Rendering;

namespace ApiAmbassador.Demo;

/// <summary>The demo's picture on a terminal of 80 columns.</summary>
internal static class DemoScreen
{
    /// <summary>No wider than this, whatever the terminal has.</summary>
    public const int Columns = 80;

    private const int BarColumns = 22;

    /// <summary>Draws it.</summary>
    public static IRenderable Draw(DemoPicture picture)
    {
        var table = new Table().Border(TableBorder.Rounded).Width(Columns).BorderColor(Color.Grey);
        table.AddColumn("instance");
        table.AddColumn("version");
        table.AddColumn(new TableColumn("share").Width(BarColumns + 6).NoWrap());
        table.AddColumn(new TableColumn("req/s").RightAligned());
        table.AddColumn(new TableColumn("p50 ms").RightAligned());
        table.AddColumn("state");
        foreach (var instance in picture.Instances)
        {
            table.AddRow(Row(instance));
        }

        return new Rows(
            new Markup($"application → [bold]ambassador[/] → instances   [grey]try: curl {picture.Api}[/]"),
            new Markup($"[grey]{DemoRun.Stable}[/] {100 - picture.CanaryPercent} %   [grey]{DemoRun.Canary} (canary)[/] {picture.CanaryPercent} %   {Totals(picture.Scores)}"),
            table,
            new Rows(picture.News.Select(news => new Markup($"[grey]{news.At:mm\\:ss}[/]  {Markup.Escape(news.Text)}"))),
            new Markup($"[grey]The same in a browser: {picture.Page}   Ctrl+C ends it.[/]"));
    }

    private static string[] Row(InstancePicture instance)
    {
        var color = instance.State switch { "serving" => "green", "left out" => "red", _ => "yellow" };
        var share = instance.Score?.Share ?? 0;
        var filled = (int)Math.Round(share * BarColumns);
        return
        [
            instance.Name,
            instance.Version,
            $"[{color}]{new string('█', filled)}[/][grey]{new string('·', BarColumns - filled)}[/] {share * 100,3:0} %",
            $"{instance.Score?.PerSecond ?? 0:0}",
            instance.Score?.MedianMilliseconds is { } median ? $"{median:0}" : "-",
            $"[{color}]{instance.State}[/]",
        ];
    }

    private static string Totals(Scores scores) =>
        $"[bold]{scores.Answered}[/] answered, {(scores.Failed == 0 ? "[green]0 failed[/]" : $"[red]{scores.Failed} failed[/]")}";
}
