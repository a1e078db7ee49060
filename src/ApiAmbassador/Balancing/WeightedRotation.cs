namespace ApiAmbassador.Balancing;

/// <summary>
/// Whose turn it is, by weight: stride scheduling (Waldspurger and Weihl 1995) without a lock. Each runner has the virtual time of
/// its next turn; the earliest goes next and is moved on by its stride, which is one over its weight. Shares are exact to within
/// one turn at any moment, whichever runners come, go or change weight in between, because each carries its own time.
/// </summary>
internal sealed class WeightedRotation
{
    /// <summary>One unit of virtual time: large, so that a stride is exact to a billionth for every weight up to 65 535.</summary>
    private const ulong Unit = 1UL << 46;

    /// <summary>The virtual time of the last turn. Times wrap around, so they are compared by their difference.</summary>
    private ulong _now;

    /// <summary>Those who take turns now, with their weights above zero. Runners keep their place from an earlier lineup.</summary>
    public Lineup LineUp(IReadOnlyList<(Runner Runner, int Weight)> members) => new(this, members);

    /// <summary>One who takes turns: the virtual time of the next one.</summary>
    internal sealed class Runner
    {
        internal ulong Next;

        /// <summary>Whether it has stood in a lineup.</summary>
        internal bool Entered;
    }

    /// <summary>Runners and their strides, for as long as neither changes.</summary>
    internal sealed class Lineup
    {
        private readonly WeightedRotation _rotation;
        private readonly Runner[] _runners;
        private readonly ulong[] _strides;

        internal Lineup(WeightedRotation rotation, IReadOnlyList<(Runner Runner, int Weight)> members)
        {
            _rotation = rotation;
            _runners = new Runner[members.Count];
            _strides = new ulong[members.Count];
            for (var i = 0; i < members.Count; i++)
            {
                _runners[i] = members[i].Runner;
                _strides[i] = Unit / (ulong)Math.Max(1, members[i].Weight);
                if (!_runners[i].Entered)
                {
                    // Half a stride from now, so that the first turns of unequal weights lie between each other.
                    _runners[i].Entered = true;
                    _runners[i].Next = Volatile.Read(ref rotation._now) + (_strides[i] / 2);
                }
            }
        }

        /// <summary>The index of the runner whose turn it is. The lineup must not be empty.</summary>
        public int Next()
        {
            while (true)
            {
                var now = Volatile.Read(ref _rotation._now);
                var best = 0;
                ulong bestTurn = 0, bestSeen = 0;
                for (var i = 0; i < _runners.Length; i++)
                {
                    var seen = Volatile.Read(ref _runners[i].Next);
                    var turn = Within(now, seen, _strides[i]);
                    var ahead = (long)(turn - bestTurn);

                    // At the same moment the lighter one goes first, as its next turn is farther away.
                    if (i == 0 || ahead < 0 || (ahead == 0 && _strides[i] > _strides[best]))
                    {
                        (best, bestTurn, bestSeen) = (i, turn, seen);
                    }
                }

                // Somebody else took this turn if the runner has moved meanwhile: look again.
                if (Interlocked.CompareExchange(ref _runners[best].Next, bestTurn + _strides[best], bestSeen) == bestSeen)
                {
                    Volatile.Write(ref _rotation._now, bestTurn);
                    return best;
                }
            }
        }

        /// <summary>
        /// Who comes back after an absence does not make up for it in a burst, and whose weight was raised does not wait out its
        /// old stride: the next turn is never in the past and never more than a stride away.
        /// </summary>
        private static ulong Within(ulong now, ulong turn, ulong stride) =>
            (long)(turn - now) switch
            {
                < 0 => now,
                var wait when (ulong)wait > stride => now + stride,
                _ => turn,
            };
    }
}
