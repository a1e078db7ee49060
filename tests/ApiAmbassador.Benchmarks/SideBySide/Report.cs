using System.Runtime.InteropServices;
using System.Text;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>The table, for the terminal (80 columns) and as Markdown: the same cells in both.</summary>
internal sealed class Report(SideBySideOptions options, IReadOnlyList<PeerSummary> peers, string baseline)
{
    private static readonly string[] s_header = ["peer", "CPU µs/request", "ratio", "paired ratio", "req/s", "p50", "p99", "MB", "fail"];

    public string ToText()
    {
        string[][] rows = [s_header, .. peers.Select(Cells)];
        var widths = Enumerable.Range(0, s_header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.AppendLine(string.Join(' ', cells).TrimEnd());
        }

        return text.AppendLine().AppendJoin(Environment.NewLine, Notes()).AppendLine().ToString();
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine($"| {string.Join(" | ", s_header)} |");
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", s_header.Length - 1))}");
        foreach (var peer in peers)
        {
            text.AppendLine($"| {string.Join(" | ", Cells(peer))} |");
        }

        return text.AppendLine().AppendJoin(' ', Notes()).AppendLine().ToString();
    }

    private static string[] Cells(PeerSummary peer) =>
    [
        peer.Label,
        $"{Short(peer.Cpu)} ({Short(peer.CpuQuartiles.Low)}–{Short(peer.CpuQuartiles.High)})",
        $"{peer.RatioOfMedians:F2}",
        $"{peer.PairedRatio:F2} ({peer.PairedInterval.Low:F2}–{peer.PairedInterval.High:F2})",
        $"{peer.RequestsPerSecond:F0}",
        Short(peer.P50),
        Short(peer.P99),
        $"{peer.ResidentMegabytes:F0}",
        $"{peer.Failed}",
    ];

    // Four characters for anything below 10 000: the table is to fit.
    private static string Short(double value) => value.ToString(value < 10 ? "F2" : value < 100 ? "F1" : "F0");

    private string[] Notes() =>
    [
        $"Ratios are to {baseline}. In brackets: the middle half of the rounds (CPU),",
        "the 95 % confidence interval (paired ratio). Latencies are milliseconds.",
        $"{options.Rounds} rounds of {options.Seconds} s, {options.Connections} connections, {Environment.ProcessorCount} processors,",
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}.",
    ];
}
