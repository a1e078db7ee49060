namespace ApiAmbassador.Configuration;

/// <summary>When a failed request is tried again: <c>ReverseProxy:Routes:ID:Retry</c>.</summary>
public sealed class RetryOptions
{
    /// <summary>The largest <see cref="MaxAttempts"/>: whoever needs more has no failing instance but a failing service.</summary>
    public const int AttemptsMax = 10;

    /// <summary>The largest <see cref="BodyBytesMax"/>.</summary>
    public const int BodyBytesLimit = 16 * 1024 * 1024;

    /// <summary>What is tried again where <see cref="On"/> is not set.</summary>
    internal static readonly string[] DefaultOn = ["connect-failure", "refused-stream", "reset", "attempt-timeout", "gateway-error"];

    /// <summary>
    /// Attempts of one request, the first included, each on a destination not tried yet where there is one. Default 3; from 1 (never
    /// again, but for a kept-alive connection that the destination closed as we wrote) to 10. An instance that refuses the connection does not count as
    /// long as there is another that was not asked yet, up to 10 in all.
    /// </summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>
    /// Failures that are tried again: <c>connect-failure</c> (whatever the method, as nothing was sent), <c>refused-stream</c>,
    /// <c>reset</c> (the connection ended, or what came is not HTTP), <c>attempt-timeout</c>, <c>gateway-error</c> (502, 503, 504; gRPC's <c>UNAVAILABLE</c>),
    /// <c>5xx</c>, <c>retriable-4xx</c> (409, 425, 429), and statuses or ranges of them as <c>507</c> or <c>520-530</c>. Default: the first five.
    /// </summary>
    public IReadOnlyList<string>? On { get; set; }

    /// <summary>
    /// Whether requests whose method is not idempotent (POST, PATCH) are tried again as well after they were sent. Default false: only
    /// where nothing was sent, or where the request carries an <c>Idempotency-Key</c>.
    /// </summary>
    public bool NonIdempotent { get; set; }

    /// <summary>
    /// How long one attempt may take to the response's headers; after that it counts as failed (<c>attempt-timeout</c>). Default none,
    /// because a slow report is no failure; above zero, to one day; not above <see cref="TotalTimeout"/>, nor above the
    /// <c>CircuitBreaker:SamplingDuration</c> of the clusters that the route goes to.
    /// </summary>
    public TimeSpan? PerAttemptTimeout { get; set; }

    /// <summary>
    /// How long all attempts of a request and the pauses between them may take to the response's headers; then the caller gets 504.
    /// Default none; above zero, to one day. A <c>grpc-timeout</c> that is shorter holds instead.
    /// </summary>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>
    /// How much of a request's body is kept so that it can be sent again, in bytes. A longer body streams through and is tried again
    /// only if nothing of it was read. Default 65 536 (Linkerd's); from 0 to 16 MiB.
    /// </summary>
    public int BodyBytesMax { get; set; } = 64 * 1024;

    /// <summary>
    /// The pause before the n-th retry is drawn at random from zero to <c>BackoffBase</c> × 2ⁿ⁻¹, at most <see cref="BackoffMax"/>. After a failure to connect and after an error for an
    /// answer, an instance that was not asked yet is asked at once. Default 25 ms (Envoy's); from 0 to one minute.
    /// </summary>
    public TimeSpan BackoffBase { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The longest pause. Default 250 ms (Envoy's); not below <see cref="BackoffBase"/>, at most one minute.</summary>
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromMilliseconds(250);
}
