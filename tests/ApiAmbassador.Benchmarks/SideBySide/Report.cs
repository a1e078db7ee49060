using System.Text;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>The table, for the terminal (80 columns) and as Markdown: the same cells in both.</summary>
internal sealed class Report(SideBySideOptions options, IReadOnlyList<CaseResult> cases)
{
    private static readonly string[] s_header = ["", "CPU µs", "× bare", "× haproxy", "req/s", "p50", "p99", "p99.9", "MB"];

    public string ToText()
    {
        var text = new StringBuilder();
        string[][] rows = [s_header, .. cases.SelectMany(result => result.Peers).Select(Cells)];
        var widths = Enumerable.Range(0, s_header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        AppendRow(s_header);
        foreach (var result in cases)
        {
            text.AppendLine($"{result.Work.Name}: {result.Work.Text}{AtRate(result)}");
            foreach (var peer in result.Peers)
            {
                AppendRow(Cells(peer));
                if (Remark(result, peer) is { Length: > 0 } remark)
                {
                    text.AppendLine($"{new string(' ', widths[0])} {remark}");
                }
            }

            if (result.Failure is { } failure)
            {
                text.AppendLine($"{new string(' ', widths[0])} not measured: {FirstLine(failure)}");
            }
        }

        return text.AppendLine().AppendJoin(Environment.NewLine, [.. Notes(), .. Surroundings.Describe()]).AppendLine().ToString();

        void AppendRow(string[] row) =>
            text.AppendLine(string.Join(' ', row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine($"| case | peer{string.Join(" | ", s_header)} | |");
        text.AppendLine($"|---|---|{string.Concat(Enumerable.Repeat("---:|", s_header.Length - 1))}---|");
        foreach (var result in cases)
        {
            foreach (var peer in result.Peers)
            {
                text.AppendLine($"| {result.Work.Name}{AtRate(result)} | {string.Join(" | ", Cells(peer))} | {Remark(result, peer)} |");
            }

            if (result.Failure is { } failure)
            {
                text.AppendLine($"| {result.Work.Name} |{string.Concat(Enumerable.Repeat(" |", s_header.Length))} not measured: {FirstLine(failure)} |");
            }
        }

        text.AppendLine().AppendJoin(' ', Notes()).AppendLine().AppendLine();
        return text.AppendJoin(Environment.NewLine, Surroundings.Describe().Select(fact => $"- {fact}")).AppendLine().ToString();
    }

    private static string[] Cells(PeerResult peer)
    {
        var megabytes = $"{peer.Megabytes:F0}";
        if (peer.Requests is not { } figures)
        {
            return [peer.Label, .. Enumerable.Repeat("–", s_header.Length - 2), megabytes];
        }

        var halfSpread = (figures.CpuQuartiles.High - figures.CpuQuartiles.Low) / 2 / figures.Cpu;
        return
        [
            peer.Label, $"{Short(figures.Cpu)} ±{100 * halfSpread:F0}%", Cell(figures.ToBare), Cell(figures.ToHAProxy), $"{figures.RequestsPerSecond:F0}",
            Short(figures.P50), Short(figures.P99), Short(figures.P999), megabytes,
        ];
    }

    private static string Cell(Ratio? ratio) => ratio is null ? "–" : $"{Short(ratio.Median)} {Short(ratio.Interval.Low)}–{Short(ratio.Interval.High)}";

    // Four characters for anything below 10 000: the table is to fit.
    private static string Short(double value) => value.ToString(value < 10 ? "F2" : value < 100 ? "F1" : "F0");

    private static string AtRate(CaseResult result) => result.Rate == 0 ? "" : $" @ {result.Rate}/s";

    // What a process wrote at its end was shown when it ended.
    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();

    private static string Remark(CaseResult result, PeerResult peer)
    {
        if (peer.MegabytesBefore is { } before)
        {
            return $"{before:F0} MB before: {(peer.Megabytes - before) * 1_024 / result.Work.Connections:F1} KiB for a connection";
        }

        return peer.Requests is { FailedRatio: > 0 } figures
            ? $"{100 * figures.FailedRatio:G2} % failed{(result.Work.OriginFails ? "" : ": DO NOT USE THESE FIGURES")}"
            : "";
    }

    private string[] Notes() =>
    [
        "CPU µs: of the proxy alone for a request, ± half of the middle half of rounds.",
        "×: ratio of that cost within a round, median and its 95 % confidence interval.",
        "req/s: flat out. p50, p99, p99.9: milliseconds, at the rate beside the case.",
        $"Medians over the rounds: {options.Rounds}, of 3 × {options.Seconds} s. MB: resident, after the last.",
    ];
}
