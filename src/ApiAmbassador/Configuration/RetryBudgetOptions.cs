namespace ApiAmbassador.Configuration;

/// <summary>
/// How many retries a cluster gets, all routes to it together: <c>ReverseProxy:Clusters:ID:RetryBudget</c>. In any <see cref="Window"/> there
/// are at most <see cref="Ratio"/> × its requests + <see cref="MinPerSecond"/> × its seconds.
/// </summary>
public sealed class RetryBudgetOptions
{
    /// <summary>Retries for each request. Default 0.2 (Linkerd's, Envoy's); from 0 to 10.</summary>
    public double Ratio { get; set; } = 0.2;

    /// <summary>
    /// Retries a second that are granted whatever the number of requests, so that a quiet service has some. Default 10 (Linkerd's); from 0
    /// to 1 000 000.
    /// </summary>
    public double MinPerSecond { get; set; } = 10;

    /// <summary>The stretch of time that is looked at. Default 10 s (Linkerd's); from 1 s to one hour.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);
}
