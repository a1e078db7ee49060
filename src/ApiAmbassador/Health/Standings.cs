using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Health;

/// <summary>How each destination stands, for as long as YARP keeps it: a reload and a discovery refresh change nothing of it.</summary>
internal sealed class Standings(TimeProvider time)
{
    private readonly ConditionalWeakTable<DestinationState, Standing> _known = [];

    /// <summary>How a destination stands.</summary>
    public Standing Of(DestinationState destination)
    {
        var address = destination.Model.Config.Address;
        if (_known.TryGetValue(destination, out var known) && (ReferenceEquals(known.Address, address) || known.Address == address))
        {
            return known;
        }

        lock (_known)
        {
            if (!_known.TryGetValue(destination, out known) || known.Address != address)
            {
                _known.AddOrUpdate(destination, known = new Standing(address));
            }

            return known;
        }
    }

    /// <summary>Takes note of who may be asked now. Who comes, or comes back, to others that serve warms up from now on; who comes to nobody, as at the start, serves at once.</summary>
    public void Enter(IReadOnlyList<DestinationState> all, IReadOnlyList<DestinationState> available)
    {
        var among = ReferenceEquals(all, available) ? null : available.ToHashSet();
        var hasOthers = available.Any(destination => Of(destination).IsIn);
        var now = Math.Max(1, time.GetTimestamp());
        foreach (var destination in all)
        {
            var standing = Of(destination);
            var isIn = among?.Contains(destination) != false;
            if (isIn && !standing.IsIn)
            {
                standing.WarmsSince = hasOthers ? now : 0;
            }

            standing.IsIn = isIn;
        }
    }
}
