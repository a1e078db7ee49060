using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ApiAmbassador.Forwarding;

/// <summary>What every route does so that traffic passes as it was. Added after the route's own transforms, and after any other of ours.</summary>
internal static class PassingTransforms
{
    /// <summary>Adds them to a route.</summary>
    public static void Add(TransformBuilderContext route)
    {
        // A route that says how its paths or queries are to be written gets what it says.
        if (!route.RequestTransforms.Any(static transform =>
            transform is PathStringTransform or PathRouteValuesTransform or QueryParameterTransform or QueryParameterRemoveTransform))
        {
            route.RequestTransforms.Add(new RawTargetTransform(route.Services.GetRequiredService<SnapshotStore>()));
        }

        route.RequestTransforms.Add(new AttemptNumberTransform());

        route.ResponseTransforms.Add(new NamedByConnectionTransform());

        // A response that is tried again is nobody's answer: what flushes headers early has to come after.
        route.ResponseTransforms.Add(new AttemptResponseTransform());
        route.ResponseTransforms.Add(new EarlyHeadersTransform());
    }
}
