namespace ApiAmbassador.Configuration;

/// <summary>
/// The access log: a line on standard output for each request, or for those that deserve one. The section <c>Ambassador:AccessLog</c>. A change
/// takes effect with the next request.
/// </summary>
public sealed class AccessLogOptions
{
    /// <summary>Which requests get a line. Default <see cref="AccessLogRequests.Problems"/>.</summary>
    public AccessLogRequests Requests { get; set; } = AccessLogRequests.Problems;

    /// <summary>How a line is written. Default: as the console's log is, <c>Json</c> where <c>Logging:Console:FormatterName</c> is <c>json</c>, else <c>Text</c>.</summary>
    public AccessLogFormat? Format { get; set; }

    /// <summary>
    /// From when on a request is slow: from its beginning to the headers of the response, so that what lives long is not slow for that. Default 1 s:
    /// far above what most calls between services take, below what their callers wait for; above zero to one day.
    /// </summary>
    public TimeSpan SlowerThan { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether lines show queries. Default false, as queries hold tokens and names; then <c>?…</c> says that there was one.</summary>
    public bool Query { get; set; }
}

/// <summary>Which requests get a line in the access log.</summary>
public enum AccessLogRequests
{
    /// <summary>Those that failed, were tried again, or were slow.</summary>
    Problems,

    /// <summary>Each.</summary>
    All,

    /// <summary>None.</summary>
    Off,
}

/// <summary>How a line of the access log is written.</summary>
public enum AccessLogFormat
{
    /// <summary>Words, for people.</summary>
    Text,

    /// <summary>A JSON object, for programs.</summary>
    Json,
}
