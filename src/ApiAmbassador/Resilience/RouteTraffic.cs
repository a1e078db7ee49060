using System.Collections.Concurrent;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>What comes to a cluster from each route. It outlives reloads, as traffic does, and is forgotten with the route.</summary>
internal sealed class RouteTraffic(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Traffic> _routes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>That of a route. Asked once a route and configuration, and not by requests.</summary>
    /// <param name="route">The route's id.</param>
    /// <param name="snapshot">Says which routes there are.</param>
    public Traffic Of(string route, Snapshot snapshot)
    {
        if (!_routes.ContainsKey(route))
        {
            foreach (var gone in _routes.Keys.Where(known => !snapshot.Routes.ContainsKey(known)))
            {
                _routes.TryRemove(gone, out _);
            }
        }

        return _routes.GetOrAdd(route, static (_, clock) => new Traffic(clock), time);
    }

    /// <summary>Requests a second that come from a route.</summary>
    public double PerSecond(string route, long now) => _routes.TryGetValue(route, out var traffic) ? traffic.PerSecond(now).All : 0;
}
