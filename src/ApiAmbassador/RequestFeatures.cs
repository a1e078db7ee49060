using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador;

/// <summary>
/// What a request carries with it, looked up by its type. The framework's own <c>Features.Get</c> is a generic method of an interface, whose code is looked
/// up at each call: a request asks some twenty times.
/// </summary>
internal static class RequestFeatures
{
    /// <summary>A feature of the request; null where it has none of this type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // So that the type is known where it is asked for.
    public static T? Find<T>(this HttpContext context)
        where T : class => (T?)context.Features[typeof(T)];

    /// <summary>Whether a body follows the request's head.</summary>
    public static bool HasBody(this HttpContext context) => context.Find<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    /// <summary>What YARP knows of a request that has come to a route.</summary>
    public static IReverseProxyFeature Proxy(this HttpContext context) => context.Find<IReverseProxyFeature>()!;
}
