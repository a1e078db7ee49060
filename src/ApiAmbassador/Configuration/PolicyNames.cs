using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.SessionAffinity;

namespace ApiAmbassador.Configuration;

/// <summary>The names that policies go by in this process, to check those in the settings and to find the nearest.</summary>
internal sealed record PolicyNames(
    IReadOnlyCollection<string> LoadBalancing,
    IReadOnlyCollection<string> SessionAffinity,
    IReadOnlyCollection<string> AffinityFailure,
    IReadOnlyCollection<string> ActiveHealth,
    IReadOnlyCollection<string> PassiveHealth,
    IReadOnlyCollection<string> AvailableDestinations)
{
    /// <summary>Those registered.</summary>
    public static PolicyNames Of(IServiceProvider services) => new(
        [.. services.GetServices<ILoadBalancingPolicy>().Select(policy => policy.Name)],
        [.. services.GetServices<ISessionAffinityPolicy>().Select(policy => policy.Name)],
        [.. services.GetServices<IAffinityFailurePolicy>().Select(policy => policy.Name)],
        [.. services.GetServices<IActiveHealthCheckPolicy>().Select(policy => policy.Name)],
        [.. services.GetServices<IPassiveHealthCheckPolicy>().Select(policy => policy.Name)],
        [.. services.GetServices<IAvailableDestinationsPolicy>().Select(policy => policy.Name)]);
}
