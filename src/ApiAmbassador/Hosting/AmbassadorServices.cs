using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Health;
using ApiAmbassador.Names;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
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
    public static void AddAmbassador(this IServiceCollection services, Gathered gathered, ConfigSources sources)
    {
        var options = SnapshotBuilder.Ambassador(gathered);

        // The control path.
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<SnapshotConfigProvider>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<SnapshotConfigProvider>());
        services.AddSingleton(PolicyNames.Of);
        services.AddSingleton(new PoliciesAtStart(options.Policies, BearerScheme.IsSet(gathered.Root)));
        services.AddSingleton<RoutePatternRule>();
        services.AddSingleton<SnapshotValidator>();
        services.AddSingleton<Timeline>();
        AddDiscovery(services, options, sources);
        services.AddSingleton<ConfigReloader>();

        // The data path. Ours before YARP's, which registers its own only where there is none.
        services.AddSingleton<Lifecycle>();
        services.AddSingleton(Random.Shared);
        services.AddSingleton<IProbingRequestFactory, ProbeRequestFactory>();
        services.AddSingleton<ResilienceStates>();
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<ResilienceStates>());
        services.AddSingleton<ReplayMemory>();
        services.AddSingleton<AttemptServices>();
        services.AddReverseProxy().AddTransforms(PassingTransforms.Add);
        Decorate<IConfigValidator>(services, (_, yarp) => new CheckedConfigs(yarp));
        services.AddSingleton(provider => (CheckedConfigs)provider.GetRequiredService<IConfigValidator>());
        AddBalancing(services);
        services.AddSingleton<IActiveHealthCheckPolicy, ThresholdHealthPolicy>();
        services.AddSingleton<IClusterChangeListener, NewDestinationProber>();
        services.AddSingleton<IClusterChangeListener, DestinationNews>();
        services.AddSingleton<Standings>();
        services.AddSingleton<AvailabilityRefresh>();
        services.AddSingleton<Panics>();
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<Panics>());
        Decorate<IAvailableDestinationsPolicy>(services, (provider, yarp) => ActivatorUtilities.CreateInstance<AvailabilityPolicy>(provider, yarp));
        AddForwarding(services);

        // What is told.
        services.AddSingleton<ILineOutput, StandardOutput>();
        services.AddSingleton<AccessLog>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessLog>());

        // The framework's part.
        services.AddRoutePolicies(options.Policies, BearerScheme.IsSet(gathered.Root));
        services.AddHostFilter(gathered.Configuration);
        services.Remove(services.Single(MakesKeysAtStart)); // Last: YARP and the framework both ask for it.
    }

    private static void AddDiscovery(IServiceCollection services, AmbassadorOptions options, ConfigSources sources)
    {
        services.AddSingleton<OwnAddresses>();
        services.AddSingleton<NameResolvers>();
        services.AddSingleton<ISourceFactory>(provider => ActivatorUtilities.CreateInstance<SourceFactory>(provider, ConfigGatherer.DirectoryOf(sources).Path));
        services.AddSingleton(provider => new KeptLists(
            options.StateDirectory, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<KeptLists>>()));
        services.AddSingleton<DiscoveryNews>();
        services.AddSingleton<InstanceDiscovery>();
    }

    private static void AddForwarding(IServiceCollection services)
    {
        services.AddSingleton<DestinationConnections>();
        services.AddSingleton<IForwarderHttpClientFactory, DestinationClientFactory>();
        services.AddSingleton<IClusterChangeListener, RemovedDestinations>();
        services.AddSingleton<Http1Pools>();
        Decorate<IHttpForwarder>(
            services, (provider, yarp) => new AttemptForwarder(IsMeasured(provider) ? yarp : ActivatorUtilities.CreateInstance<LeanForwarder>(provider, yarp)));
    }

    private static void AddBalancing(IServiceCollection services)
    {
        services.AddSingleton<ILoadBalancingPolicy, PeakEwmaPolicy>();
        services.AddSingleton<ILoadBalancingPolicy, WeightedRoundRobinPolicy>();
        services.AddSingleton<ILoadBalancingPolicy, ConsistentHashPolicy>();
        services.Remove(services.Single(IsYarpsLeastRequests));
        services.AddSingleton<ILoadBalancingPolicy, LeastRequestsPolicy>();
        services.AddSingleton<HashTables>();
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<HashTables>());
    }

    /// <summary>Ours goes by the same name, and takes weights. YARP's type is internal.</summary>
    private static bool IsYarpsLeastRequests(ServiceDescriptor service) =>
        service.ServiceType == typeof(ILoadBalancingPolicy) && service.ImplementationType?.FullName == "Yarp.ReverseProxy.LoadBalancing.LeastRequestsLoadBalancingPolicy";

    /// <summary>Session affinity's keys are made with the first session. Most have none, and all would wait for it, and have 4 MB of XML readers. The framework's type is internal.</summary>
    private static bool MakesKeysAtStart(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.FullName == "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService";

    /// <summary>Where .NET's client has to be the one that forwards, because somebody collects what only it tells: its metrics, and spans that it hands on.</summary>
    private static bool IsMeasured(IServiceProvider provider) => provider.GetRequiredService<TelemetryVariables>() is { Metrics: true } or { Traces: true };

    /// <summary>Puts ours around each of YARP's.</summary>
    private static void Decorate<T>(IServiceCollection services, Func<IServiceProvider, T, T> around)
        where T : class
    {
        foreach (var yarp in services.Where(service => service.ServiceType == typeof(T)).ToArray())
        {
            services.Remove(yarp);
            services.AddSingleton(provider => around(provider, (T)ActivatorUtilities.CreateInstance(provider, yarp.ImplementationType!)));
        }
    }
}
