using System.Collections.Immutable;
using ApiAmbassador.Balancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>How good the candidates for an attempt are.</summary>
internal enum CandidateKind
{
    /// <summary>There are none, because there is no destination.</summary>
    None,

    /// <summary>There are none, because every destination has as many requests as it may.</summary>
    Full,

    /// <summary>There are none, because every destination refuses connections and its breaker is open.</summary>
    Refusing,

    /// <summary>Breakers of all are open, but these do not refuse connections: the last one is always asked.</summary>
    LastResort,

    /// <summary>Destinations that this request has tried already.</summary>
    Tried,

    /// <summary>Destinations not tried yet.</summary>
    Fresh,
}

/// <summary>Which destinations the balancer may choose from.</summary>
/// <param name="Kind">How good they are.</param>
/// <param name="Destinations">They themselves.</param>
internal readonly record struct CandidateChoice(CandidateKind Kind, IReadOnlyList<DestinationState> Destinations)
{
    /// <summary>
    /// The best that there are: not tried yet; else tried; else those whose breaker is open without refusing connections, so that a
    /// cluster never loses its last host to breakers. A breaker whose pause is over counts as closed here; whether the request gets to be
    /// its trial is decided when it was picked.
    /// </summary>
    /// <param name="available">Those that may be asked.</param>
    /// <param name="tried">Those that this request has tried.</param>
    /// <param name="cluster">What is remembered of them.</param>
    /// <param name="requestsMax">How many requests each may have, where those that have as many are to be left out.</param>
    public static CandidateChoice Of(
        IReadOnlyList<DestinationState> available, IReadOnlyList<DestinationState> tried, ClusterResilience cluster, int? requestsMax)
    {
        // A session's own place is a list of its own, and not worth keeping.
        var isKept = requestsMax is null && tried.Count == 0 && (available.Count > 1 || !cluster.HasOpen);
        if (isKept && cluster.Unbroken(available) is { Count: > 0 } unbroken)
        {
            return new(CandidateKind.Fresh, unbroken);
        }

        List<DestinationState>? fresh = null, again = null, lastResort = null;
        var full = false;
        for (var i = 0; i < available.Count; i++)
        {
            var destination = available[i];
            var known = cluster.Of(destination);
            if (requestsMax is { } max && known.Slots.Free(max) == 0)
            {
                full = true;
            }
            else if (known.Breaker is { IsOpen: true } breaker && breaker.TimeToTrial > TimeSpan.Zero)
            {
                _ = breaker.IsRefusing || Add(ref lastResort, destination);
            }
            else
            {
                _ = tried.Contains(destination) ? Add(ref again, destination) : Add(ref fresh, destination);
            }
        }

        return (fresh, again, lastResort) switch
        {
            // The same list as before: balancers recognise it.
            ({ } all, _, _) when all.Count == available.Count => new(CandidateKind.Fresh, available),
            ({ } some, _, _) => new(CandidateKind.Fresh, some),
            (_, { } some, _) => new(CandidateKind.Tried, some),
            (_, _, { } some) => new(CandidateKind.LastResort, some),
            _ => new(full ? CandidateKind.Full : available.Count > 0 ? CandidateKind.Refusing : CandidateKind.None, []),
        };
    }

    /// <summary>The group that it is the turn of, else the first that has any not tried yet; where none has, the best of what is left, the first before the others.</summary>
    public static CandidateChoice OfGroups(
        ImmutableArray<PriorityGroup> groups, int first, IReadOnlyList<DestinationState> tried, ClusterResilience cluster, int? requestsMax)
    {
        var best = new CandidateChoice(CandidateKind.None, []);
        for (var i = -1; i < groups.Length; i++)
        {
            var choice = Of(groups[i < 0 ? first : i].Available, tried, cluster, requestsMax);
            if (choice.Kind == CandidateKind.Fresh)
            {
                return choice;
            }

            best = choice.Kind > best.Kind ? choice : best;
        }

        return best;
    }

    private static bool Add(ref List<DestinationState>? list, DestinationState destination)
    {
        (list ??= []).Add(destination);
        return true;
    }
}
