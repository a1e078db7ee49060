using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Health;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Hosting;

/// <summary>What the data application is made of.</summary>
internal static class AmbassadorServices
{
    /// <summary>Registers YARP and everything of ours that works in or beside it.</summary>
    public static void AddAmbassador(this IServiceCollection services, Gathered gathered)
    {
        var options = SnapshotBuilder.Ambassador(gathered);

        // The control path.
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<SnapshotConfigProvider>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<SnapshotConfigProvider>());
        services.AddSingleton(PolicyNames.Of);
        services.AddSingleton<RoutePatternRule>();
        services.AddSingleton<SnapshotValidator>();
        services.AddSingleton<ConfigReloader>();

        // The data path. Ours before YARP's, which registers its own only where there is none.
        services.AddSingleton<Lifecycle>();
        services.AddSingleton(Random.Shared);
        services.AddSingleton<IProbingRequestFactory, ProbeRequestFactory>();
        services.AddSingleton<IForwarderHttpClientFactory, DestinationClientFactory>();
        services.AddReverseProxy().AddTransforms(PassingTransforms.Add);
        services.AddSingleton<ILoadBalancingPolicy, WeightedRoundRobinPolicy>();
        services.AddSingleton<IActiveHealthCheckPolicy, ThresholdHealthPolicy>();
        services.AddSingleton<IClusterChangeListener, NewDestinationProber>();
        DecorateAvailability(services);

        // The framework's part.
        services.AddRoutePolicies(options.Policies, BearerScheme.IsSet(gathered.Root));
        services.AddHostFilter(gathered.Configuration);
    }

    /// <summary>Puts our rule on weights before each of YARP's policies on health.</summary>
    private static void DecorateAvailability(IServiceCollection services)
    {
        foreach (var yarp in services.Where(service => service.ServiceType == typeof(IAvailableDestinationsPolicy)).ToArray())
        {
            services.Remove(yarp);
            services.AddSingleton<IAvailableDestinationsPolicy>(provider => new WeightedAvailabilityPolicy(
                (IAvailableDestinationsPolicy)ActivatorUtilities.CreateInstance(provider, yarp.ImplementationType!)));
        }
    }
}
