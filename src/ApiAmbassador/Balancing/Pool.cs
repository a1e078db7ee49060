namespace ApiAmbassador.Balancing;

/// <summary>The destinations of one list with what is known of them, for as long as the list is the same: YARP makes a new one whenever weights, health or members change.</summary>
internal sealed class Pool
{
    /// <summary>Up to so many all are compared: that costs less than having drawn the two wrong ones.</summary>
    public const int ScanMax = 8;

    private readonly PoolMember[] _members;

    /// <summary>The weights added up, up to and with each; null where all are equal.</summary>
    private readonly double[]? _sums;

    /// <summary>A pool.</summary>
    /// <param name="members">What is known of each, in the list's order.</param>
    public Pool(PoolMember[] members)
    {
        _members = members;
        if (Array.Exists(members, member => member.Weight != members[0].Weight))
        {
            var sum = 0.0;
            _sums = Array.ConvertAll(members, member => sum += member.Weight);
        }
    }

    /// <summary>What is known of each of the list.</summary>
    public ReadOnlySpan<PoolMember> Members => _members;

    /// <summary>Whether all of it is looked at, and not two drawn by lot.</summary>
    public bool IsScanned => _members.Length <= ScanMax;

    /// <summary>One by lot, by weight.</summary>
    public int Draw(Random random)
    {
        if (_sums is null)
        {
            return random.Next(_members.Length);
        }

        var found = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
        return Math.Min(found >= 0 ? found + 1 : ~found, _members.Length - 1);
    }

    /// <summary>Two different ones by lot, by weight. There must be two.</summary>
    public (int First, int Second) DrawTwo(Random random)
    {
        var first = Draw(random);
        if (_sums is null)
        {
            var other = random.Next(_members.Length - 1);
            return (first, other < first ? other : other + 1);
        }

        // Where one has nearly all the weight it would be drawn again and again: then its neighbour.
        for (var tries = 0; tries < 8; tries++)
        {
            var second = Draw(random);
            if (second != first)
            {
                return (first, second);
            }
        }

        return (first, (first + 1) % _members.Length);
    }
}
