using System.Globalization;
using System.Text.RegularExpressions;
using ApiAmbassador.WireTests.Ambassador;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>What an ambassador's <c>/metrics</c> said at one moment.</summary>
public sealed partial class Scrape
{
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> _series = [];

    private Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var match = Line().Match(line);
            match.Success.ShouldBeTrue(line);
            _series.Add((
                match.Groups["name"].Value,
                Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups["key"].Value, label => label.Groups["value"].Value),
                double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)));
        }
    }

    public string Text { get; }

    /// <summary>The names of all series.</summary>
    public IEnumerable<string> Names => _series.Select(series => series.Name).Distinct();

    /// <summary>All values of a label.</summary>
    public IEnumerable<string> LabelValues(string label) => _series.Select(series => series.Labels.GetValueOrDefault(label)).OfType<string>().Distinct();

    public static async Task<Scrape> OfAsync(RunningAmbassador ambassador) =>
        new(await ambassador.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    /// <summary>The one series of a name with exactly these labels, as <c>cluster=a</c>; null where there is none.</summary>
    public double? this[string name, params string[] labels] => _series
        .Where(series => series.Name == name && series.Labels.Select(label => $"{label.Key}={label.Value}").Order().SequenceEqual(labels.Order()))
        .Select(series => (double?)series.Value)
        .SingleOrDefault();

    [GeneratedRegex("""^(?<name>[a-zA-Z_][a-zA-Z0-9_]*)(\{(?<labels>.*)\})? (?<value>\S+)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    [GeneratedRegex(""""(?<key>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)"(,|$)"""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
