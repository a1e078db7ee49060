namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>What callers do.</summary>
internal enum CaseKind
{
    Requests,

    /// <summary>Messages go out and come back on connections that stay; a message counts as a request.</summary>
    WebSocket,

    /// <summary>Connections are held, after one request each, and nothing is asked.</summary>
    Idle,
}
