using System.Globalization;

namespace ApiAmbassador.Demo;

/// <summary>The demo in plain lines of at most 80 characters, for pipes, files and the end.</summary>
internal static class DemoText
{
    /// <summary>One line of how it stands.</summary>
    public static string Line(DemoPicture picture) => Fit(string.Create(
        CultureInfo.InvariantCulture,
        $"{picture.Scores.Elapsed:mm\\:ss}  {string.Join("  ", picture.Instances.Select(Part))}  failed {picture.Scores.Failed}"));

    /// <summary>What to say first.</summary>
    public static IEnumerable<string> Opening(DemoPicture picture) =>
    [
        Fit($"demo: {picture.Instances.Count} instances behind {picture.Api}, canary at {picture.CanaryPercent} %"),
        Fit($"      the same in a browser: {picture.Page}"),
        "      the share of each instance in the answers of the last seconds:",
    ];

    /// <summary>What it came to.</summary>
    public static IEnumerable<string> Summary(DemoPicture picture)
    {
        var scores = picture.Scores;
        yield return "";
        yield return Fit($"{scores.Answered} requests answered, {scores.Failed} failed, in {scores.Elapsed.TotalSeconds:0} s");
        foreach (var instance in picture.Instances)
        {
            var total = instance.Score?.Total ?? 0;
            yield return Fit($"  {instance.Name,-10} {instance.Version,-8} {total,6} requests {100.0 * total / Math.Max(1, scores.Answered),5:0.0} %   {instance.State}");
        }

        yield return scores.Failed == 0
            ? "The client saw no failure."
            : "The client saw failures, which it should not: please report it.";
    }

    private static string Part(InstancePicture instance)
    {
        var share = 100 * (instance.Score?.Share ?? 0);
        return instance.State == "serving" ? $"{instance.Name} {share:0} %" : $"{instance.Name} {share:0} % ({instance.State})";
    }

    private static string Fit(string line) => line.Length <= DemoScreen.Columns ? line : line[..(DemoScreen.Columns - 1)] + "…";
}
