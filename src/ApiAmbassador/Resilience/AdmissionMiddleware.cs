namespace ApiAmbassador.Resilience;

/// <summary>The door of the picked destination: its breaker admits, and its limit.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next)
{
    /// <summary>The step. Who is not admitted goes back to the loop for another pick.</summary>
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<AttemptLoop>() is { } loop && !loop.Admits() ? Task.CompletedTask : next(context);
}
