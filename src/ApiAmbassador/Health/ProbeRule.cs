using System.Collections.Frozen;
using System.Globalization;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Health;

/// <summary>What an active health check asks of a cluster's destinations and how it judges the answers. Pure.</summary>
/// <param name="HealthyThreshold">Good probes in a row that bring an unhealthy destination back.</param>
/// <param name="UnhealthyThreshold">Failed probes in a row that take a healthy one out.</param>
/// <param name="ExpectedStatus">The status codes that are good.</param>
/// <param name="Host">The Host header of the probe, or null for the destination's own.</param>
/// <param name="Query">The query of the probe with its question mark, or empty.</param>
/// <param name="StatusMistakes">What was written as a status and is none.</param>
/// <param name="IsSet">Whether thresholds or statuses were written at all.</param>
internal sealed record ProbeRule(
    int HealthyThreshold,
    int UnhealthyThreshold,
    FrozenSet<int> ExpectedStatus,
    string? Host,
    string Query,
    IReadOnlyList<string> StatusMistakes,
    bool IsSet)
{
    /// <summary>What a good probe answers where nobody said.</summary>
    public static readonly IReadOnlyList<string> DefaultStatus = ["200-299"];

    /// <summary>The rule that options describe. What is wrong with them is said by the validator, not here.</summary>
    /// <param name="options">What the user wrote.</param>
    /// <param name="yarpThreshold">The number of failures in YARP's metadata, which counts where ours is not set.</param>
    public static ProbeRule Create(ActiveHealthCheckOptions options, int? yarpThreshold)
    {
        var statuses = options.ExpectedStatus is { Count: > 0 } written ? written : DefaultStatus;
        return new ProbeRule(
            options.HealthyThreshold ?? 2,
            options.UnhealthyThreshold ?? yarpThreshold ?? 2,
            statuses.SelectMany(text => TryParseStatus(text, out var first, out var last) ? Enumerable.Range(first, last - first + 1) : []).ToFrozenSet(),
            options.Host,
            string.IsNullOrEmpty(options.Query) || options.Query[0] == '?' ? options.Query ?? "" : '?' + options.Query,
            [.. statuses.Where(text => !TryParseStatus(text, out _, out _))],
            IsSet: options is not { HealthyThreshold: null, UnhealthyThreshold: null, ExpectedStatus: null });
    }

    /// <summary>Reads a status code or a range of them, as <c>200</c> or <c>200-399</c>, from 100 to 599.</summary>
    public static bool TryParseStatus(string text, out int first, out int last)
    {
        var dash = text.IndexOf('-');
        last = 0;
        return int.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && int.TryParse(dash < 0 ? text : text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && first >= 100 && last <= 599 && first <= last;
    }

    /// <summary>Where a destination stands after a probe.</summary>
    public ProbeRecord After(ProbeRecord before, bool good)
    {
        var run = before.Good == good && before.Run > 0 ? before.Run + 1 : 1;
        var healthy = before.Healthy switch
        {
            // Its first probe decides at once: a new destination that fails it should not cost UnhealthyThreshold intervals of errors.
            null => good,
            true => good || run < UnhealthyThreshold,
            false => good && run >= HealthyThreshold,
        };
        return new ProbeRecord(healthy, good, run);
    }
}

/// <summary>What probes have found of one destination.</summary>
/// <param name="Healthy">The verdict; null before the first probe.</param>
/// <param name="Good">Whether the last probe was good.</param>
/// <param name="Run">How many in a row were as the last.</param>
internal readonly record struct ProbeRecord(bool? Healthy, bool Good, int Run);
