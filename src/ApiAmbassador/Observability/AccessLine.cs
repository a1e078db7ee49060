using System.Diagnostics;
using System.Net;

namespace ApiAmbassador.Observability;

/// <summary>One line of the access log, as it waits to be written: references to what the request had anyway, so that nothing is built before it is written.</summary>
/// <param name="At">When the request came.</param>
/// <param name="Client">Who has the connection; null for none with an address.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its target as it came, without the query.</param>
/// <param name="Query">The query with its question mark, or what stands for it; null where there was none.</param>
/// <param name="Protocol">As <c>HTTP/1.1</c>.</param>
/// <param name="Host">As the caller named us.</param>
/// <param name="Status">What the caller got.</param>
/// <param name="BytesIn">Bytes of the body, or of a tunnel, that came from the caller.</param>
/// <param name="BytesOut">And that went to it.</param>
/// <param name="Total">From its beginning to its end.</param>
/// <param name="Upstream">From the beginning of the last attempt to the headers of the response; null without an attempt.</param>
/// <param name="Route">The route's id.</param>
/// <param name="Cluster">The cluster's.</param>
/// <param name="Destination">The last destination's.</param>
/// <param name="Attempts">How many there were.</param>
/// <param name="Retried">All but the last, each with its destination and why it was tried again; null where there was no other.</param>
/// <param name="Reason">Why it was not served, in one word.</param>
/// <param name="Phase">How far the last attempt had come then.</param>
/// <param name="Trace">The trace it belongs to.</param>
internal readonly record struct AccessLine(
    DateTimeOffset At,
    IPAddress? Client,
    string Method,
    string Path,
    string? Query,
    string Protocol,
    string? Host,
    int Status,
    long BytesIn,
    long BytesOut,
    TimeSpan Total,
    TimeSpan? Upstream,
    string? Route,
    string? Cluster,
    string? Destination,
    int Attempts,
    string? Retried,
    string? Reason,
    Phase? Phase,
    ActivityTraceId? Trace);
