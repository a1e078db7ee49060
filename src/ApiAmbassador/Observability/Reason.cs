namespace ApiAmbassador.Observability;

/// <summary>
/// Why a request could not be served, in one word, and what each kind of caller is told.
/// </summary>
/// <param name="Name">The word: in the response's body, the log and the metrics.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ProxyStatus">The registered error token of RFC 9209.</param>
/// <param name="GrpcStatus">The status a gRPC caller gets.</param>
/// <param name="Title">The same as a sentence, for people.</param>
internal sealed record Reason(string Name, int Status, string ProxyStatus, int GrpcStatus, string Title)
{
    // gRPC's own numbers.
    private const int InvalidArgument = 3, DeadlineExceeded = 4, ResourceExhausted = 8, Unimplemented = 12, Unavailable = 14;

    /// <summary>No route takes the request.</summary>
    public static Reason NoRoute { get; } = new("no_route", 404, "destination_not_found", Unimplemented, "No route takes this request.");

    /// <summary>Every destination of the cluster is out.</summary>
    public static Reason NoHealthyUpstream { get; } =
        new("no_healthy_upstream", 503, "destination_unavailable", Unavailable, "No destination of the cluster can take a request now.");

    /// <summary>Every destination refuses connections, and its breaker is open.</summary>
    public static Reason CircuitOpen { get; } =
        new("circuit_open", 503, "destination_unavailable", Unavailable, "Every destination of the cluster has failed; it is asked again after a pause.");

    /// <summary>More requests at once than the cluster may have.</summary>
    public static Reason Overflow { get; } =
        new("overflow", 503, "connection_limit_reached", Unavailable, "The cluster has as many requests as it may have.");

    /// <summary>Nobody listens at the destination's address.</summary>
    public static Reason ConnectionRefused { get; } =
        new("connection_refused", 502, "connection_refused", Unavailable, "The destination refused the connection.");

    /// <summary>The destination did not take the connection in time.</summary>
    public static Reason ConnectTimeout { get; } =
        new("connect_timeout", 504, "connection_timeout", Unavailable, "The destination did not take the connection in time.");

    /// <summary>The destination's name has no address.</summary>
    public static Reason NameUnknown { get; } = new("name_unknown", 502, "dns_error", Unavailable, "The destination's name has no address.");

    /// <summary>No secure connection came about.</summary>
    public static Reason TlsFailed { get; } = new("tls_failed", 502, "tls_protocol_error", Unavailable, "No secure connection to the destination came about.");

    /// <summary>Another failure to connect.</summary>
    public static Reason ConnectFailed { get; } =
        new("connect_failed", 502, "destination_ip_unroutable", Unavailable, "The destination could not be reached.");

    /// <summary>The destination ended the connection before its answer.</summary>
    public static Reason UpstreamReset { get; } =
        new("upstream_reset", 502, "connection_terminated", Unavailable, "The destination ended the connection before its answer.");

    /// <summary>What the destination answered is not HTTP.</summary>
    public static Reason UpstreamProtocolError { get; } =
        new("upstream_protocol_error", 502, "http_protocol_error", Unavailable, "The destination's answer is not valid HTTP.");

    /// <summary>The headers of the destination's answer are larger than we take: a limit of ours, and no fault of it.</summary>
    public static Reason ResponseHeadersTooLarge { get; } =
        new("response_headers_too_large", 502, "http_response_header_section_size", ResourceExhausted, "The headers of the destination's answer are too large.");

    /// <summary>The destination did not answer in time.</summary>
    public static Reason UpstreamTimeout { get; } =
        new("upstream_timeout", 504, "http_response_timeout", DeadlineExceeded, "The destination did not answer in time.");

    /// <summary>The client's own fault.</summary>
    public static Reason BadRequest { get; } = new("bad_request", 400, "http_request_error", InvalidArgument, "The request is not valid HTTP.");

    /// <summary>The client did not send its request in time.</summary>
    public static Reason RequestTimeout { get; } = new("request_timeout", 408, "http_request_error", InvalidArgument, "The request did not come in time.");

    /// <summary>The client's body is larger than the route takes.</summary>
    public static Reason BodyTooLarge { get; } =
        new("body_too_large", 413, "http_request_error", ResourceExhausted, "The request's body is larger than this route takes.");
}
