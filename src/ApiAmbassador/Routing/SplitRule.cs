using System.IO.Hashing;
using System.Runtime.InteropServices;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Routing;

/// <summary>
/// The weighted choice of a cluster for a request, with a caller's key or at random. Pure.
/// <para>
/// With a key it is weighted rendezvous hashing: each side scores <c>−weight / ln(u)</c>, where <c>u</c> in (0, 1) is a hash of split,
/// side and key, and the highest score wins. A side is chosen with probability weight / total; raising one side's weight changes
/// only that side's scores, so callers move to it and between no others. (Thaler and Ravishankar 1998; the weighted form is that
/// of Schindelhauer and Schomaker 2005.)
/// </para>
/// </summary>
internal sealed class SplitRule
{
    private SplitRule()
    {
    }

    /// <summary>The clusters and their shares, those with none included, in the order of their ids.</summary>
    public required IReadOnlyList<SplitSide> Sides { get; init; }

    /// <summary>What a caller is known by.</summary>
    public required SplitKey Key { get; init; }

    /// <summary>The text that names no key, or null.</summary>
    public required string? KeyMistake { get; init; }

    /// <summary>Whether the share of a side without a usable destination goes to the others.</summary>
    public required bool Fallback { get; init; }

    /// <summary>Whether the route names a single cluster besides, which is a mistake.</summary>
    public required bool HasClusterIdToo { get; init; }

    /// <summary>The rule that options describe. What is wrong with them is said by the validator, not here.</summary>
    public static SplitRule Create(SplitOptions options, bool hasClusterIdToo)
    {
        var ids = options.Clusters.Keys.OrderBy(id => id, StringComparer.OrdinalIgnoreCase).ToArray();
        var name = options.Name ?? string.Join('+', ids.Select(id => id.ToLowerInvariant()));
        var isKey = SplitKey.TryParse(options.StickyBy, out var key);
        return new SplitRule
        {
            Sides = [.. ids.Select(id => new SplitSide(id, options.Clusters[id], Hash($"{name}/{id.ToLowerInvariant()}", seed: 0)))],
            Key = key,
            KeyMistake = isKey ? null : options.StickyBy,
            Fallback = options.Fallback,
            HasClusterIdToo = hasClusterIdToo,
        };
    }

    /// <summary>The side for a caller's key among those that <paramref name="candidates"/> allows (a bit a side); −1 if none has a share.</summary>
    public int Choose(ReadOnlySpan<char> key, ulong candidates)
    {
        var best = -1;
        var bestScore = 0.0;
        for (var i = 0; i < Sides.Count; i++)
        {
            var side = Sides[i];
            if (side.Weight > 0 && (candidates & (1UL << i)) != 0)
            {
                var score = -side.Weight / Math.Log(Fraction(Hash(key, side.Seed)));
                if (best < 0 || score > bestScore)
                {
                    (best, bestScore) = (i, score);
                }
            }
        }

        return best;
    }

    /// <summary>The side for a draw in [0, 1): by cumulative sums over the candidates' weights; −1 if none has a share.</summary>
    public int Choose(double draw, ulong candidates)
    {
        var total = 0.0;
        for (var i = 0; i < Sides.Count; i++)
        {
            total += (candidates & (1UL << i)) != 0 ? Sides[i].Weight : 0;
        }

        var last = -1;
        var point = draw * total;
        for (var i = 0; i < Sides.Count; i++)
        {
            if (Sides[i].Weight > 0 && (candidates & (1UL << i)) != 0)
            {
                last = i;
                point -= Sides[i].Weight;
                if (point < 0)
                {
                    break;
                }
            }
        }

        return last; // Rounding may leave a hair above zero: then it is the last one's.
    }

    /// <summary>The hash as a fraction strictly between 0 and 1, from its upper 53 bits.</summary>
    private static double Fraction(ulong hash) => ((hash >> 11) + 0.5) * (1.0 / (1UL << 53));

    private static ulong Hash(ReadOnlySpan<char> text, ulong seed) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), unchecked((long)seed));
}

/// <summary>One side of a split.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Weight">Its share beside the others'.</param>
/// <param name="Seed">The hash of split and cluster, with which a caller's key is hashed.</param>
internal sealed record SplitSide(string ClusterId, double Weight, ulong Seed);
