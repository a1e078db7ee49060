namespace ApiAmbassador.Configuration;

/// <summary>Settings of the ambassador itself: the section <c>Ambassador</c>.</summary>
public sealed class AmbassadorOptions
{
    /// <summary>The largest <see cref="RetryBodyBytesMax"/>: 1 TiB.</summary>
    public const long RetryBodyBytesLimit = 1L << 40;

    /// <summary>The default of <see cref="Listen"/> where the framework's own section names no listener either.</summary>
    internal static readonly string[] DefaultListen = ["http://*:8080"];

    /// <summary>
    /// Addresses on which requests for the destinations are taken, as <c>http://*:8080</c>, <c>http://127.0.0.1:80</c> or
    /// <c>https://*:8443</c> (with the certificate of <c>Kestrel:Certificates:Default</c>). Default: <c>http://*:8080</c>, unless
    /// <c>Kestrel:Endpoints</c> names some. A change needs a restart.
    /// </summary>
    public IReadOnlyList<string>? Listen { get; set; }

    /// <summary>The listener for probes, metrics and operators.</summary>
    public AdminOptions Admin { get; set; } = new();

    /// <summary>
    /// How long after SIGTERM requests are still taken, each answered with the word that the connection ends. The application
    /// beside us is still calling while it shuts down itself. Default 5 s; from zero to one day. Not waited for on SIGINT or a second signal.
    /// </summary>
    public TimeSpan DrainDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after <see cref="DrainDelay"/> requests in flight may take to finish before they are cut. Default 20 s, which with
    /// the delay stays below the 30 s that Kubernetes gives; from zero to one day.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether <c>/readyz</c> fails (503) while some cluster has no usable destination. Default false: it says <c>degraded</c> with
    /// 200, because a sidecar that fails its probe when a dependency is down takes the application out with it.
    /// </summary>
    public bool ReadyNeedsDestinations { get; set; }

    /// <summary>
    /// The switch for an emergency: no retries, no circuit breakers, no ejection, no limits; requests are balanced and forwarded, nothing else.
    /// Default false.
    /// </summary>
    public bool Passthrough { get; set; }

    /// <summary>
    /// How much memory the bodies kept for retries may take, all requests together, in bytes; a body for which there is none left
    /// streams through as one that is too long. Default 67 108 864 (64 MiB); from 0 to 1 TiB.
    /// </summary>
    public long RetryBodyBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// A directory in which the last good list of each source is kept, for a start while the source is down. Default none: nothing is kept. It has
    /// to exist and be writable. A change needs a restart.
    /// </summary>
    public string? StateDirectory { get; set; }

    /// <summary>
    /// Where the ambassador is: destinations of the same <c>Zone</c> are asked before the others of their priority, while they can carry it. Default: not
    /// said, and zones make no difference; up to 63 letters.
    /// </summary>
    public string? Zone { get; set; }

    /// <summary>The line that requests get on standard output.</summary>
    public AccessLogOptions AccessLog { get; set; } = new();

    /// <summary>The policies that routes refer to by name. A change needs a restart.</summary>
    public PolicyOptions Policies { get; set; } = new();
}
