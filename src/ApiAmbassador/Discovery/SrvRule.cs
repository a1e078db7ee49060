using ApiAmbassador.Configuration;
using ApiAmbassador.Names;

namespace ApiAmbassador.Discovery;

/// <summary>What SRV records say, in our words (RFC 2782). Pure.</summary>
internal static class SrvRule
{
    private const int WeightMax = 65_535;

    /// <summary>
    /// By how much a weight is more than 0, where both are in one priority: one of 0 still gets a little. Less where the largest would not fit.
    /// </summary>
    private const int OverZero = 10;

    /// <summary>
    /// One instance a target and port, in order of priority and name. Priorities count by rank from the source's own on, 10, 20, 20 as 0, 1, 1:
    /// what DNS calls 10 must not come after what somebody else calls 1.
    /// </summary>
    /// <param name="records">All records of the name. A message of 65 535 bytes has no room for 3500 of them.</param>
    /// <param name="options">Whence scheme, zone and first priority, and the weight where all records of a priority have 0.</param>
    /// <returns>Instances whose hosts are names. None if the service is decidedly not available, which a target of <c>.</c> says.</returns>
    /// <exception cref="NameResolutionException">A record has port 0; left out, an instance would be lost without a word.</exception>
    public static IReadOnlyList<Instance> Instances(IEnumerable<ServiceRecord> records, SourceOptions options)
    {
        var instances = new List<Instance>();
        var seen = new HashSet<(string Target, int Port)>();
        var rank = 0;
        foreach (var group in records.Where(record => record.Target.Length > 0).GroupBy(record => record.Priority).OrderBy(group => group.Key))
        {
            // Named twice, it counts where it is asked first, by its larger weight.
            List<ServiceRecord> targets =
            [
                .. group
                    .OrderBy(record => record.Target, StringComparer.Ordinal).ThenBy(record => record.Port).ThenByDescending(record => record.Weight)
                    .Where(record => seen.Add((record.Target, record.Port))),
            ];
            if (targets.FirstOrDefault(record => record.Port == 0) is { } portless)
            {
                throw new NameResolutionException($"The SRV record of {portless.Name} names port 0 of {portless.Target}");
            }

            var factor = Factor(targets);
            instances.AddRange(targets.Select(record => new Instance(
                options.Scheme,
                record.Target,
                record.Port,
                factor == 0 ? options.Weight : Math.Max(1, record.Weight * factor),
                options.Priority + rank,
                options.Zone)));
            rank += targets.Count > 0 ? 1 : 0;
        }

        return instances;
    }

    /// <summary>What the weights of a priority are multiplied by: 0 where none says anything.</summary>
    private static int Factor(List<ServiceRecord> targets)
    {
        var largest = targets.Select(record => record.Weight).DefaultIfEmpty().Max();
        return largest == 0 ? 0 : targets.TrueForAll(record => record.Weight > 0) ? 1 : Math.Clamp(WeightMax / largest, 1, OverZero);
    }
}
