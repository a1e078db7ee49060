namespace ApiAmbassador.Routing;

/// <summary>Keys under which we put settings of ours into YARP's metadata of a route.</summary>
internal static class RouteMetadata
{
    /// <summary>The name of the route's output cache policy.</summary>
    public const string OutputCachePolicy = "Ambassador.OutputCachePolicy";
}
