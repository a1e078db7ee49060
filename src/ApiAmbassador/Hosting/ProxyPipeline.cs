using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.Resilience;
using ApiAmbassador.Routing;
using Yarp.ReverseProxy.Health;

namespace ApiAmbassador.Hosting;

/// <summary>
/// The data path, from listener to response. A request passes these steps from top to bottom and its response from bottom to top:
/// <code>
/// listener → route match → policies of the route
///         → pick the cluster (Split) → admit or queue (Limits) → the session's destination (affinity)
///         → attempt loop { pick a destination not tried yet (Balancing) → breaker admits → forward → judge }
///         → say why, where we could not serve → response
/// </code>
/// </summary>
internal static class ProxyPipeline
{
    /// <summary>Adds the steps to the data application.</summary>
    public static void UseProxyPipeline(this WebApplication app)
    {
        if (EventThreads.ServeRequests)
        {
            app.Use(EventThreads.LeaveAtOnce);
        }

        // A line in the access log, for each request or for those that deserve one.
        app.UseMiddleware<AccessLogMiddleware>();

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

            // Whether now: as many at once as the cluster may have, the others wait or are turned away.
            proxy.UseMiddleware<LimitMiddleware>();

            // Whether a session is bound to a destination: asked once, not for each attempt.
            proxy.UseSessionAffinity();

            // How often. From here on a request may pass several times; the loop wraps the pick, so that a retry goes elsewhere.
            proxy.UseMiddleware<AttemptMiddleware>();

            // Which destination, by the cluster's policy among those that the loop left.
            proxy.UseLoadBalancing();

            // Whether that one takes it: its breaker, its limit.
            proxy.UseMiddleware<AdmissionMiddleware>();

            // YARP's own record of failures, and only for clusters that switch it on. It looks at the response, so it stands last.
            proxy.UseWhen(
                static context => context.Proxy().Cluster.Config.HealthCheck?.Passive?.Enabled == true,
                static branch => branch.UseMiddleware<PassiveHealthCheckMiddleware>());
        }).ConfigureEndpoints(RoutePolicies.AddMetadata));
#pragma warning restore ASP0014

        app.UseMiddleware<NoRouteMiddleware>();
    }
}
