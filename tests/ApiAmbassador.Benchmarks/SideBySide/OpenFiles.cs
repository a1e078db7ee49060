using System.Globalization;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>The limit of open files and sockets, which processes that are started inherit.</summary>
internal static class OpenFiles
{
    /// <summary>What to do before this case can run; null when the limit is high enough.</summary>
    public static string? MissingFor(Case work)
    {
        var limit = Limit();
        return work.OpenFiles <= limit
            ? null
            : $"it needs {work.OpenFiles} open files and the limit is {limit}: run `ulimit -n {work.OpenFiles}` first (as root; or raise `nofile` in /etc/security/limits.conf and log in again)";
    }

    /// <summary>The soft limit, which .NET has already raised to the hard one.</summary>
    private static long Limit()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
    }
}
