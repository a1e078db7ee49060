namespace ApiAmbassador.Configuration;

/// <summary>
/// Sources that say where a cluster's instances are: <c>ReverseProxy:Clusters:ID:Discovery</c>. What they name is added to the destinations
/// that are configured. Any of the sources, together.
/// </summary>
public sealed class DiscoveryOptions
{
    /// <summary>The addresses of a name.</summary>
    public DnsDiscoveryOptions? Dns { get; set; }

    /// <summary>SRV records: hosts with ports, priorities and weights.</summary>
    public DnsSrvDiscoveryOptions? DnsSrv { get; set; }

    /// <summary>Files of target groups, as Prometheus' <c>file_sd</c>.</summary>
    public FileDiscoveryOptions? File { get; set; }

    /// <summary>A URL that answers with target groups, as Prometheus' <c>http_sd</c>.</summary>
    public HttpDiscoveryOptions? Http { get; set; }

    /// <summary>
    /// How many answers in a row have to say that there is nobody, or that a name has no address, before it is believed. Default 3; from 1 to 1000.
    /// A source that fails says nothing; its last list stays.
    /// </summary>
    public int ConfirmEmpty { get; set; } = 3;

    /// <summary>
    /// The largest part of four or more instances that one source may take away at once. Of more, those that are missing stay until they fail
    /// or five minutes have passed. Default 0.5; from 0 to 1, where 1 allows everything.
    /// </summary>
    public double MaxDropRatio { get; set; } = 0.5;

    /// <summary>Whether any source is set. Most clusters have none, and a large configuration many clusters.</summary>
    internal bool HasSources => this is not { Dns: null, DnsSrv: null, File: null, Http: null };

    /// <summary>The sources that are set.</summary>
    internal IEnumerable<SourceOptions> Sources() => new SourceOptions?[] { Dns, DnsSrv, File, Http }.OfType<SourceOptions>();

    /// <summary>What decides which answers are believed.</summary>
    internal (int ConfirmEmpty, double MaxDropRatio) Rule => (ConfirmEmpty, MaxDropRatio);
}

/// <summary>What all sources of instances have in common.</summary>
public abstract class SourceOptions
{
    /// <summary>The scheme of instances of which the source says none: <c>http</c> or <c>https</c>. Default <c>http</c>.</summary>
    public string Scheme { get; set; } = "http";

    /// <summary>The weight of each instance of which the source says none. Default 1; from 1 to 65 535.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>The priority of each instance of which the source says none, added to the order of SRV records. Default 0, which is asked first; to 1000.</summary>
    public int Priority { get; set; }

    /// <summary>The zone of each instance of which the source says none. Default none; up to 63 letters.</summary>
    public string? Zone { get; set; }

    /// <summary>How often it is asked; it is asked at once after a destination could not be connected to. From 100 ms to one day.</summary>
    public abstract TimeSpan Refresh { get; set; }

    /// <summary>The kind of source, as people see it.</summary>
    internal abstract string Kind { get; }

    /// <summary>What is asked for, as people may see it: without secrets.</summary>
    internal abstract string Shown { get; }
}

/// <summary>The addresses of a name: <c>Discovery:Dns</c>.</summary>
public sealed class DnsDiscoveryOptions : SourceOptions
{
    /// <summary>The name, as <c>api-backend</c>. It stays the requests' Host and TLS server name. Required.</summary>
    public string? Name { get; set; }

    /// <summary>The port of the instances. Default 80, or 443 with <c>Scheme</c> https.</summary>
    public int? Port { get; set; }

    /// <summary>The DNS server to ask, as <c>10.0.0.2:53</c>. Default: the system's way to resolve names, its hosts file included.</summary>
    public string? Server { get; set; }

    /// <summary>Which addresses count. Default Any: A and AAAA records.</summary>
    public AddressFamilyOption Family { get; set; }

    /// <summary>How often it is asked, whatever the records' time to live; default 5 s, from 100 ms to one day.</summary>
    public override TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The port in force.</summary>
    internal int PortOrDefault => Port ?? (Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? 443 : 80);

    /// <inheritdoc/>
    internal override string Kind => "dns";

    /// <inheritdoc/>
    internal override string Shown => $"{Name}:{PortOrDefault}";
}

/// <summary>SRV records (RFC 2782): <c>Discovery:DnsSrv</c>.</summary>
public sealed class DnsSrvDiscoveryOptions : SourceOptions
{
    /// <summary>The name of the records, as <c>_api._tcp.prod.internal</c>. Required.</summary>
    public string? Name { get; set; }

    /// <summary>The DNS server to ask, for the addresses of the targets as well, as <c>10.0.0.2:53</c>. Default: the system's servers for the records, and the system's way to resolve names for the targets.</summary>
    public string? Server { get; set; }

    /// <summary>Which of the targets' addresses count. Default Any: A and AAAA records.</summary>
    public AddressFamilyOption Family { get; set; }

    /// <summary>How often it is asked, whatever the records' time to live; default 5 s, from 100 ms to one day.</summary>
    public override TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    internal override string Kind => "dns-srv";

    /// <inheritdoc/>
    internal override string Shown => Name ?? "";
}

/// <summary>Files of target groups: <c>Discovery:File</c>.</summary>
public sealed class FileDiscoveryOptions : SourceOptions
{
    /// <summary>A file, or several by <c>*</c> in the last part of the path; from the config directory on, where it is not absolute. Required.</summary>
    public string? Path { get; set; }

    /// <summary>How often it is looked at; default 1 s, from 100 ms to one day.</summary>
    public override TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    internal override string Kind => "file";

    /// <inheritdoc/>
    internal override string Shown => Path ?? "";
}

/// <summary>A URL that answers with target groups: <c>Discovery:Http</c>.</summary>
public sealed class HttpDiscoveryOptions : SourceOptions
{
    /// <summary>An http or https URL. Required.</summary>
    public Uri? Url { get; set; }

    /// <summary>How often it is asked; default 5 s, from 100 ms to one day.</summary>
    public override TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    internal override string Kind => "http";

    /// <inheritdoc/>
    internal override string Shown => Url is { IsAbsoluteUri: true } url ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "";
}

/// <summary>Which addresses of a name count.</summary>
public enum AddressFamilyOption
{
    /// <summary>A and AAAA records.</summary>
    Any,

    /// <summary>A records.</summary>
    IPv4,

    /// <summary>AAAA records.</summary>
    IPv6,
}
