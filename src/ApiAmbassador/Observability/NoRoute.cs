namespace ApiAmbassador.Observability;

/// <summary>The end of the pipeline: what no route takes.</summary>
internal static class NoRoute
{
    /// <summary>Says so.</summary>
    public static Task AnswerAsync(HttpContext context) => FailureResponse.WriteAsync(context, Reason.NoRoute);
}
