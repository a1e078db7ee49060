using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Balancing;

/// <summary>A destination as the choices see it.</summary>
/// <param name="State">YARP's state of it.</param>
/// <param name="Latency">How long it takes.</param>
/// <param name="Weight">Its weight, above zero.</param>
internal readonly record struct PoolMember(DestinationState State, LatencyEstimate Latency, double Weight)
{
    /// <summary>Requests under way, bodies and WebSockets included, for its weight. Who has none is idle whatever its weight, as with HAProxy.</summary>
    public double Load => State.ConcurrentRequestCount is > 0 and var requests ? (requests + 1) / Weight : 0;
}
