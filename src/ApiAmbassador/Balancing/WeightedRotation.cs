namespace ApiAmbassador.Balancing;

/// <summary>
/// Whose turn it is, by weight: stride scheduling (Waldspurger and Weihl 1995) without a lock. Each runner has the virtual time of
/// its next turn; the earliest goes next and is moved on by its stride, which is one over its weight. In virtual time each is
/// within a turn of its share at any moment (half a turn where no other has its weight), whichever runners come, go or change weight in between, because each
/// carries its own time.
/// </summary>
internal sealed class WeightedRotation
{
    /// <summary>One unit of virtual time: large, so that a stride is exact to a billionth for every weight up to 65 535, and small, so that times can be
    /// compared for every weight down to a twenty-thousandth.</summary>
    private const ulong Unit = 1UL << 46;

    /// <summary>The virtual time of the last turn. Times wrap around, so they are compared by their difference.</summary>
    private ulong _now;

    /// <summary>Those who take turns now, with their weights above zero. Runners keep their place from an earlier lineup.</summary>
    public Lineup LineUp(IReadOnlyList<(Runner Runner, double Weight)> members) => new(this, members);

    /// <summary>Moves the time on, never back: a thread held up between its turn and this would otherwise have others' turns taken again.</summary>
    private void AdvanceTo(ulong turn)
    {
        var seen = Volatile.Read(ref _now);
        while ((long)(turn - seen) > 0)
        {
            var found = Interlocked.CompareExchange(ref _now, turn, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

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

        internal Lineup(WeightedRotation rotation, IReadOnlyList<(Runner Runner, double Weight)> members)
        {
            _rotation = rotation;
            _runners = new Runner[members.Count];
            _strides = new ulong[members.Count];
            var alike = members.Where(member => !member.Runner.Entered).GroupBy(member => member.Weight).ToDictionary(group => group.Key, group => (Count: group.Count(), Entered: 0));
            for (var i = 0; i < members.Count; i++)
            {
                var (runner, weight) = members[i];
                var now = Volatile.Read(ref rotation._now);
                _runners[i] = runner;
                _strides[i] = (ulong)(Unit / weight);
                if (runner.Entered)
                {
                    Return(runner, now, _strides[i]);
                    continue;
                }

                // Those of one weight that enter together are spread over their stride, so that their turns lie between those of the others and do not fall together.
                var (count, entered) = alike[weight];
                alike[weight] = (count, entered + 1);
                runner.Entered = true;
                runner.Next = now + (ulong)(_strides[i] * ((entered + 0.5) / count));
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
                    // Who comes back after an absence does not make up for it in a burst: no turn is in the past.
                    var seen = Volatile.Read(ref _runners[i].Next);
                    var turn = (long)(seen - now) < 0 ? now : seen;
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
                    _rotation.AdvanceTo(bestTurn);
                    return best;
                }
            }
        }

        private static void Return(Runner runner, ulong now, ulong stride)
        {
            // Whose weight was raised does not wait out the old stride. The nearer turn is written down, because "a stride from
            // now" would recede with every turn that others take.
            var seen = Volatile.Read(ref runner.Next);
            while ((long)(seen - now) > (long)stride)
            {
                var found = Interlocked.CompareExchange(ref runner.Next, now + stride, seen);
                if (found == seen)
                {
                    return;
                }

                seen = found;
            }
        }
    }
}
