using System.Runtime.InteropServices;

namespace ApiAmbassador.Balancing;

/// <summary>
/// The member that is expected to answer first: of all in a pool of up to eight, else of two drawn by lot, the one with the lowest
/// <code>estimate × (attempts that wait for headers + 1) / weight</code>
/// A member of which nothing is known counts as fast as the fastest that it is compared with: it gets requests at once, and no more at a time than
/// that one. Pure.
/// </summary>
internal static class PeakEwmaChoice
{
    /// <summary>The index of the member. The pool must not be empty.</summary>
    public static int Pick(Pool pool, long now, Random random)
    {
        var members = pool.Members;
        var best = new Best();
        if (pool.IsScanned)
        {
            for (var i = 0; i < members.Length; i++)
            {
                best.Compare(i, in members[i], now, random);
            }
        }
        else
        {
            var (first, second) = pool.DrawTwo(random);
            best.Compare(first, in members[first], now, random);
            best.Compare(second, in members[second], now, random);
        }

        return best.Of(random);
    }

    /// <summary>The best so far, among those that are known and among those that are not.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Best()
    {
        private int _known = -1;
        private double _cost;
        private double _knownWeights;
        private double _fastest = double.MaxValue;
        private int _unknown = -1;
        private double _load;
        private double _unknownWeights;

        public void Compare(int index, in PoolMember member, long now, Random random)
        {
            var estimate = member.Latency.At(now);
            var load = (member.Latency.Pending + 1) / member.Weight;
            if (estimate > 0)
            {
                _fastest = Math.Min(_fastest, estimate);
                Take(index, estimate * load, member.Weight, ref _known, ref _cost, ref _knownWeights, random);
            }
            else
            {
                Take(index, load, member.Weight, ref _unknown, ref _load, ref _unknownWeights, random);
            }
        }

        public readonly int Of(Random random)
        {
            if (_unknown < 0 || _known < 0)
            {
                return Math.Max(_unknown, _known);
            }

            var cost = _fastest * _load;
            return cost < _cost || (cost == _cost && random.Next(2) == 0) ? _unknown : _known;
        }

        /// <summary>Between equals the lot decides, by weight.</summary>
        private static void Take(int index, double cost, double weight, ref int best, ref double least, ref double weights, Random random)
        {
            if (best < 0 || cost < least)
            {
                (best, least, weights) = (index, cost, weight);
            }
            else if (cost == least)
            {
                weights += weight;
                best = random.NextDouble() * weights < weight ? index : best;
            }
        }
    }
}
