using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>All cases, in the order of the table.</summary>
internal static class CaseCatalog
{
    public static IReadOnlyList<Case> All { get; } =
    [
        new("get-32", "GET, 90 bytes, 32 connections"),
        new("get-256", "GET, 90 bytes, 256 connections") { Connections = 256 },
        new("get-1000", "GET, 90 bytes, 1 000 connections") { Connections = 1_000 },
        new("connect", "GET, 90 bytes, a new connection for each") { NewConnections = true },
        new("post-4k", "POST, 4 KiB") { Path = Origin.TakingPath, BodyBytes = 4 << 10 },
        new("download-1m", "GET, 1 MiB") { Path = Origin.LargePath },
        new("upload-1m", "POST, 1 MiB") { Path = Origin.TakingPath, BodyBytes = 1 << 20 },
        new("h2", "GET, 90 bytes, HTTP/2 in: 4 connections with 16 streams") { Inbound = Inbound.Http2, Connections = 4, Streams = 16 },
        new("tls", "GET, 90 bytes, TLS in") { Inbound = Inbound.Tls },
        new("websocket", "WebSocket messages of 90 bytes, there and back") { Kind = CaseKind.WebSocket },
        new("failing-5", "GET, 4 destinations that answer 503 to one in twenty") { Path = Origin.FailingPath, Destinations = 4, OriginFails = true },
        new("routes-1000", "GET, 1 000 routes in turn") { Routes = 1_000 },
        new("targets-1000", "GET, 1 000 destinations") { Destinations = 1_000 },
        new("idle-5000", "5 000 connections that rest: memory") { Kind = CaseKind.Idle, Connections = 5_000 },
    ];

    public static Case? Find(string name) => All.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
