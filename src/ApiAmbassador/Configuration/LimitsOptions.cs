namespace ApiAmbassador.Configuration;

/// <summary>
/// How many requests a cluster gets at once: <c>ReverseProxy:Clusters:ID:Limits</c>. What is beyond waits in a queue, first come first
/// served; what does not fit into the queue gets 503 at once. A WebSocket counts for as long as it lives.
/// </summary>
public sealed class LimitsOptions
{
    /// <summary>Requests at once to all destinations together. Default none; from 1 to 1 000 000.</summary>
    public int? MaxConcurrentRequests { get; set; }

    /// <summary>Requests at once to each destination. Default none; from 1 to 1 000 000.</summary>
    public int? MaxConcurrentRequestsPerDestination { get; set; }

    /// <summary>Requests that wait for their turn. Default 0: none waits; at most 1 000 000. Needs one of the limits.</summary>
    public int MaxQueuedRequests { get; set; }

    /// <summary>How long a request waits before it gets 503. Default 1 s; above zero, to one hour.</summary>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether there is any limit.</summary>
    internal bool IsSet => MaxConcurrentRequests is not null || MaxConcurrentRequestsPerDestination is not null;
}
