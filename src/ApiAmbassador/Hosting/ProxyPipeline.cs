using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.Routing;

namespace ApiAmbassador.Hosting;

/// <summary>
/// The data path, from listener to response. A request passes these steps from top to bottom and its response from bottom to top:
/// <code>
/// listener → route match → policies of the route
///         → pick the cluster (Split) → pick the destination (affinity, Balancing) → forward (YARP)
///         → say why, where we could not serve → response
/// </code>
/// </summary>
internal static class ProxyPipeline
{
    /// <summary>Adds the steps to the data application.</summary>
    public static void UseProxyPipeline(this WebApplication app)
    {
        // Where spans are exported, each says how its request ended and which way it went.
        if (app.Services.GetRequiredService<TelemetryVariables>().Traces)
        {
            app.Use(RequestSpan.DescribeAsync);
        }

        // While we drain, each response tells its connection to end, so that callers come back to somebody who stays.
        app.UseMiddleware<DrainMiddleware>();

        // AllowedHosts is the framework's setting; without it every host is ours, as an ambassador is called by many names.
        if (HostFilter.IsOn(app.Configuration))
        {
            app.UseHostFiltering();
        }

        app.UseRouting();

        // Authorization, CORS, rate limits, timeouts, output cache: the framework's, and only for routes that name one.
        app.UseRoutePolicies();

#pragma warning disable ASP0014 // The end of the pipeline comes after the endpoints, so their place must be said.
        app.UseEndpoints(endpoints => endpoints.MapReverseProxy(proxy =>
        {
            // What YARP could not forward gets a reason, in the response and in the log.
            proxy.UseMiddleware<FailureResponseMiddleware>();

            // Which cluster. Before affinity and balancing, which work inside the one that was chosen.
            proxy.UseMiddleware<SplitMiddleware>();

            // Which destination: the one that a session is bound to, else by the cluster's policy.
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();

            // YARP's own record of failures, for clusters that switch it on. It looks at the response, so it stands last.
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints(RoutePolicies.AddMetadata));
#pragma warning restore ASP0014

        app.UseMiddleware<NoRouteMiddleware>();
    }
}
