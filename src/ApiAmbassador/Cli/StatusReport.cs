using ApiAmbassador.Admin;
using ApiAmbassador.Resilience;
using Spectre.Console;

namespace ApiAmbassador.Cli;

/// <summary>The status as a person reads it: a table for each cluster, in 80 columns.</summary>
internal static class StatusReport
{
    /// <summary>The width of it.</summary>
    public const int Columns = 80;

    private const int IdWidth = 24, WeightWidth = 8, InFlightWidth = 9, RateWidth = 6, LatencyWidth = 6;

    private static readonly string[] Headings = ["DESTINATION", "WEIGHT", "IN FLIGHT", "REQ/S", "MS", "STATE"];

    /// <summary>Writes it as plain text.</summary>
    public static void Write(TextWriter writer, StatusView status)
    {
        writer.WriteLine(Heading(status));
        foreach (var cluster in status.Clusters)
        {
            writer.WriteLine();
            writer.WriteLine(Cut(Heading(cluster), Columns));
            foreach (var source in Sources(cluster))
            {
                writer.WriteLine(source);
            }

            writer.WriteLine(Line(Headings));
            foreach (var destination in cluster.Destinations)
            {
                writer.WriteLine(Line(Cells(destination)));
            }
        }
    }

    /// <summary>Shows it on a terminal.</summary>
    public static void Show(IAnsiConsole console, StatusView status)
    {
        console.MarkupLineInterpolated($"[bold]{Heading(status)}[/]");
        foreach (var cluster in status.Clusters)
        {
            var table = new Table().Border(TableBorder.Rounded).Expand();
            foreach (var heading in Headings)
            {
                table.AddColumn(new TableColumn(heading.ToLowerInvariant()) { Alignment = Headings.IndexOf(heading) is >= 2 and <= 4 ? Justify.Right : Justify.Left });
            }

            foreach (var destination in cluster.Destinations)
            {
                var colour = destination.IsUsable ? "green" : destination.Operator is not null ? "yellow" : "red";
                var cells = Cells(destination).Select(cell => cell.EscapeMarkup()).ToArray();
                table.AddRow([.. cells[..^1], $"[{colour}]{cells[^1]}[/]"]);
            }

            console.WriteLine();
            console.WriteLine(Cut(Heading(cluster), Math.Min(Columns, console.Profile.Width)));
            foreach (var source in Sources(cluster))
            {
                console.WriteLine(source);
            }

            console.Write(table);
        }
    }

    /// <summary>Why a destination gets requests or not, in a few words.</summary>
    public static string State(DestinationView destination) => destination switch
    {
        { Operator.IsDrained: true } => "drained",
        { Weight: 0 } => "weight 0",
        { Health.Active: "unhealthy" } => "unhealthy",
        { Health.Passive: "unhealthy" } => "unhealthy (passive)",
        { Breaker.State: BreakerState.Open } => "breaker open",
        { Breaker.State: BreakerState.HalfOpen } => "breaker half open",
        { Outlier.IsEjected: true } => "ejected",
        { IsUsable: true } => "serving",
        _ => "out",
    };

    private static string Heading(StatusView status) =>
        $"ApiAmbassador {status.Version}: {status.Lifecycle}, revision {status.Revision}, up {TimeSpan.FromSeconds((long)status.UptimeSeconds):c}"
        + (status.Passthrough ? ", PASSTHROUGH" : "");

    private static string Heading(ClusterView cluster) =>
        $"{Cut(cluster.Id, IdWidth)}: {cluster.Usable} of {cluster.Destinations.Count} usable{(cluster.Panic ? " (panic)" : "")}, {cluster.InFlight} in flight, {cluster.Queued} queued, {cluster.Policy}";

    /// <summary>A line for each source; for a host name in an address only where something is wrong with it.</summary>
    private static IEnumerable<string> Sources(ClusterView cluster) =>
        from source in cluster.Sources
        where source.Kind != "name" || source.Problem is not null
        let age = source.IsKept ? ", known from before the start" : source.AgeSeconds is { } seconds ? $", {seconds:0} s ago" : ""
        let held = source.Held > 0 ? $", {source.Held} of them held" : ""
        from line in new[] { $"  {source.Kind} {source.Name}: {source.Instances}{held}{age}", source.Problem is null ? "" : $"    {source.Problem}" }
        where line.Length > 0
        select Cut(line, Columns);

    private static string[] Cells(DestinationView destination) =>
    [
        Cut(destination.Id, IdWidth),
        Cut(destination.Weight == destination.ConfiguredWeight ? $"{destination.Weight:0.##}" : $"{destination.Weight:0.##} (of {destination.ConfiguredWeight:0.##})", WeightWidth),
        $"{destination.InFlight}",
        Short(destination.Traffic.PerSecond),
        destination.Traffic.LatencyMilliseconds is { } latency ? Short(latency) : "-",
        State(destination),
    ];

    private static string Line(string[] cells) =>
        $"  {cells[0],-IdWidth} {cells[1],-WeightWidth} {cells[2],InFlightWidth} {cells[3],RateWidth} {cells[4],LatencyWidth}  {cells[5]}".TrimEnd();

    /// <summary>A number in at most five letters.</summary>
    private static string Short(double number) => number switch
    {
        0 => "0",
        < 10 => $"{number:0.0}",
        < 10_000 => $"{number:0}",
        < 1_000_000 => $"{number / 1000:0}k",
        _ => $"{number / 1_000_000:0}M",
    };

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + '…';
}
