using Microsoft.AspNetCore.Connections.Features;

namespace ApiAmbassador.Hosting;

/// <summary>While we drain, lets each connection end with the response it carries: <c>Connection: close</c>, or GOAWAY under HTTP/2.</summary>
internal sealed class DrainMiddleware(RequestDelegate next, Lifecycle lifecycle)
{
    /// <summary>The step.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (lifecycle.IsDraining)
        {
            context.Find<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }

        return next(context);
    }
}
