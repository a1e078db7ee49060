namespace ApiAmbassador.Configuration;

/// <summary>
/// Policies by the names that YARP's routes refer to (<c>AuthorizationPolicy</c>, <c>CorsPolicy</c>, …). In an application with YARP
/// they are registered in code; here they are settings. YARP's reserved names (<c>default</c>, <c>anonymous</c>, <c>disable</c>) need none.
/// </summary>
public sealed class PolicyOptions
{
    /// <summary>Who may pass. Users are known by the JWT bearer tokens that <c>Authentication:Schemes:Bearer</c> describes.</summary>
    public IReadOnlyDictionary<string, AuthorizationPolicyOptions> Authorization { get; set; } = new Dictionary<string, AuthorizationPolicyOptions>();

    /// <summary>Which web pages of other origins may call. The name <c>default</c> makes the default policy.</summary>
    public IReadOnlyDictionary<string, CorsPolicyOptions> Cors { get; set; } = new Dictionary<string, CorsPolicyOptions>();

    /// <summary>How many requests pass in a time; what is over it is refused with 429.</summary>
    public IReadOnlyDictionary<string, RateLimiterPolicyOptions> RateLimiter { get; set; } = new Dictionary<string, RateLimiterPolicyOptions>();

    /// <summary>The time a request may take as a whole, its body included; then it is answered with 504. Above zero.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Timeout { get; set; } = new Dictionary<string, TimeSpan>();

    /// <summary>How long answers to GET and HEAD are kept in memory and given again.</summary>
    public IReadOnlyDictionary<string, OutputCachePolicyOptions> OutputCache { get; set; } = new Dictionary<string, OutputCachePolicyOptions>();
}

/// <summary>An authorization policy: an authenticated user who has what is asked for.</summary>
public sealed class AuthorizationPolicyOptions
{
    /// <summary>Roles of which the user needs one. Default: none asked for.</summary>
    public IReadOnlyList<string> Roles { get; set; } = [];

    // A class of list, because the framework's binder makes none of an interface where the list is empty, and would drop the claim.
    /// <summary>Claims that the user needs, all of them, each with one of its values; an empty list takes any value. Default: none asked for.</summary>
    public IReadOnlyDictionary<string, List<string>> Claims { get; set; } = new Dictionary<string, List<string>>();
}

/// <summary>A CORS policy. A list that holds <c>*</c> allows everything.</summary>
public sealed class CorsPolicyOptions
{
    /// <summary>Origins that may call, as <c>https://shop.example</c>. Default: none.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>Methods they may use besides the simple ones. Default: none.</summary>
    public IReadOnlyList<string> Methods { get; set; } = [];

    /// <summary>Request headers they may send besides the simple ones. Default: none.</summary>
    public IReadOnlyList<string> Headers { get; set; } = [];

    /// <summary>Response headers they may read besides the simple ones. Default: none.</summary>
    public IReadOnlyList<string> ExposedHeaders { get; set; } = [];

    /// <summary>Whether cookies and credentials may be sent. Default false; not with an origin of <c>*</c>.</summary>
    public bool Credentials { get; set; }

    /// <summary>How long a browser may remember the answer to its preflight. Default: its own (5 s).</summary>
    public TimeSpan? PreflightMaxAge { get; set; }
}

/// <summary>A rate limit, one for all callers of the routes that name it.</summary>
public sealed class RateLimiterPolicyOptions
{
    /// <summary>How requests are counted. Default <see cref="RateLimiterKind.FixedWindow"/>.</summary>
    public RateLimiterKind Kind { get; set; }

    /// <summary>Requests per <see cref="Window"/>, or at once for <see cref="RateLimiterKind.Concurrency"/>. Above zero; must be set.</summary>
    public int PermitLimit { get; set; }

    /// <summary>The time in which <see cref="PermitLimit"/> requests pass. Above zero; must be set, except for <see cref="RateLimiterKind.Concurrency"/>.</summary>
    public TimeSpan Window { get; set; }

    /// <summary>Requests that wait for their turn, the oldest first, instead of being refused. Default 0.</summary>
    public int QueueLimit { get; set; }
}

/// <summary>How a rate limiter counts.</summary>
public enum RateLimiterKind
{
    /// <summary>So many in each window; windows follow each other.</summary>
    FixedWindow,

    /// <summary>So many in any window, which moves on in eight steps.</summary>
    SlidingWindow,

    /// <summary>A bucket of <see cref="RateLimiterPolicyOptions.PermitLimit"/> that is filled again over the window.</summary>
    TokenBucket,

    /// <summary>So many at once.</summary>
    Concurrency,
}

/// <summary>An output cache policy. What the destination forbids to keep is not kept.</summary>
public sealed class OutputCachePolicyOptions
{
    /// <summary>How long an answer is good. Default 60 s; above zero.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Query parameters by which answers differ. Default <c>*</c>: all of them.</summary>
    public IReadOnlyList<string>? VaryByQuery { get; set; }

    /// <summary>Request headers by which answers differ. Default: none.</summary>
    public IReadOnlyList<string> VaryByHeader { get; set; } = [];
}
