using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>
/// A list of destinations less those whose breaker refuses now. It is the same object for as long as they are the same, so that balancers recognise it and a
/// breaker that is open for minutes costs each request nothing but a look at it.
/// </summary>
internal sealed class UnbrokenList(IReadOnlyList<DestinationState> all)
{
    /// <summary>Who was left out last, and who was left.</summary>
    private volatile Tuple<DestinationResilience[], IReadOnlyList<DestinationState>> _last = Tuple.Create<DestinationResilience[], IReadOnlyList<DestinationState>>([], all);

    /// <summary>Those that are left.</summary>
    /// <param name="open">Whose breaker is open, of this list or of others.</param>
    /// <param name="now">A timestamp.</param>
    public IReadOnlyList<DestinationState> Less(DestinationResilience[] open, long now)
    {
        var last = _last;
        return Refuse(last.Item1, open, now) ? last.Item2 : WithoutThem(open, now);
    }

    private IReadOnlyList<DestinationState> WithoutThem(DestinationResilience[] open, long now)
    {
        DestinationResilience[] refusing = [.. open.Where(destination => destination.Breaker.Refuses(now))];
        var states = refusing.Select(destination => destination.State).ToHashSet();
        DestinationState[] left = [.. all.Where(destination => !states.Contains(destination))];
        return (_last = Tuple.Create(refusing, left.Length == all.Count ? all : left)).Item2;
    }

    /// <summary>Whether it is just these, in this order, who refuse.</summary>
    private static bool Refuse(DestinationResilience[] these, DestinationResilience[] open, long now)
    {
        var count = 0;
        foreach (var destination in open)
        {
            if (destination.Breaker.Refuses(now))
            {
                if (count == these.Length || !ReferenceEquals(these[count], destination))
                {
                    return false;
                }

                count++;
            }
        }

        return count == these.Length;
    }
}
