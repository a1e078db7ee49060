using System.Globalization;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>What a process takes, and what it has left to give, looked at again and again.</summary>
internal sealed class ChaosVitals
{
    /// <summary>Code is still being compiled, and buffers still being made.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private readonly List<Vital> _seen = [];

    public IReadOnlyList<Vital> Seen => _seen;

    public Vital Read(TimeSpan at, int process, double retriesLeft)
    {
        var status = File.ReadLines($"/proc/{process}/status").ToArray();
        var vital = new Vital(
            at, process, Number("VmRSS:") / 1024, Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count(), (int)Number("Threads:"), retriesLeft);
        _seen.Add(vital);
        return vital;

        long Number(string name) => long.Parse(
            status.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
            CultureInfo.InvariantCulture);
    }

    /// <summary>The medians of the first and of the last quarter of the life of a process, after its warm-up.</summary>
    public (Vital First, Vital Last) Ends(int process)
    {
        var own = _seen.Where(vital => vital.Process == process).ToArray();
        var warm = own.Where(vital => vital.At > own[0].At + WarmUp).ToArray();
        var quarter = Math.Max(1, warm.Length / 4);
        return (Median(warm[..quarter]), Median(warm[^quarter..]));
    }

    private static Vital Median(Vital[] vitals)
    {
        T Middle<T>(Func<Vital, T> of) => vitals.Select(of).Order().ElementAt(vitals.Length / 2);
        return new Vital(
            vitals[^1].At, vitals[0].Process, Middle(one => one.ResidentMiB), Middle(one => one.Handles), Middle(one => one.Threads), Middle(one => one.RetriesLeft));
    }
}

/// <summary>One look.</summary>
internal sealed record Vital(TimeSpan At, int Process, long ResidentMiB, int Handles, int Threads, double RetriesLeft)
{
    public override string ToString() => $"{ResidentMiB} MiB, {Handles} handles, {Threads} threads";
}
