using System.Diagnostics;
using System.Globalization;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>What a process and its descendants have taken from the machine.</summary>
/// <param name="Cpu">User and system time of all threads since the start, in the kernel's ticks (10 ms on most machines).</param>
/// <param name="ResidentBytes">The sum of the resident sets; pages that processes share count once for each.</param>
internal sealed record ResourceUse(TimeSpan Cpu, long ResidentBytes)
{
    public static ResourceUse OfTree(int rootId)
    {
        var use = new ResourceUse(TimeSpan.Zero, 0);
        foreach (var id in TreeOf(rootId))
        {
            // Process reads utime and stime from /proc/PID/stat and knows the length of a tick.
            using var process = Process.GetProcessById(id);
            use = new ResourceUse(use.Cpu + process.TotalProcessorTime, use.ResidentBytes + process.WorkingSet64);
        }

        return use;
    }

    private static List<int> TreeOf(int rootId)
    {
        var childrenOf = Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id != 0)
            .ToLookup(ParentOf);

        List<int> tree = [rootId];
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(childrenOf[tree[i]]);
        }

        return tree;
    }

    private static int ParentOf(int id)
    {
        try
        {
            // "PID (name) state ppid …", and the name may hold blanks and brackets of its own.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // A process of somebody else that ended since it was listed.
            return 0;
        }
    }
}
