using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json;
using ApiAmbassador.WireTests.Ambassador;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>The kinds of request against which every fault is tried.</summary>
public enum RequestKind
{
    /// <summary>GET: idempotent, no body.</summary>
    Get,

    /// <summary>PUT in chunks, small enough to be kept: idempotent.</summary>
    PutChunked,

    /// <summary>PUT of more than is kept.</summary>
    PutLarge,

    /// <summary>POST of 10 bytes.</summary>
    PostSmall,

    /// <summary>POST of more than would be kept.</summary>
    PostLarge,

    /// <summary>POST in chunks.</summary>
    PostChunked,

    /// <summary>A gRPC call: POST over HTTP/2.</summary>
    Grpc,

    /// <summary>A WebSocket's handshake: GET with Upgrade.</summary>
    WebSocket,
}

/// <summary>Sends a request of some kind and says in one line what its client saw.</summary>
internal static class RequestKinds
{
    private const int Large = 300_000;

    /// <summary>
    /// The status and, where there is one, the reason or the first word of the body; <c>truncated</c> where the body ended too early. For gRPC
    /// <c>grpc-status</c>; a WebSocket that came about says <c>101</c> and what the destination sent through it.
    /// </summary>
    public static async Task<string> SendAsync(this RequestKind kind, RunningAmbassador ambassador, CancellationToken cancellation = default)
    {
        if (kind == RequestKind.WebSocket)
        {
            return await OpenWebSocketAsync(ambassador, cancellation);
        }

        try
        {
            return await SendHttpAsync(kind, ambassador, cancellation);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is not HttpRequestError.ConnectionError)
        {
            return "truncated";
        }
    }

    private static async Task<string> SendHttpAsync(RequestKind kind, RunningAmbassador ambassador, CancellationToken cancellation)
    {
        using var request = Create(kind);
        using var response = await ambassador.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        var status = (int)response.StatusCode;
        if (response.Headers.TryGetValues("grpc-status", out var grpc))
        {
            return $"grpc {string.Join(',', grpc)}";
        }

        var body = await response.Content.ReadAsStringAsync(cancellation);
        var reason = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? JsonDocument.Parse(body).RootElement.GetProperty("reason").GetString()
            : body.Split(' ')[0];
        return $"{status} {reason}".Trim();
    }

    private static HttpRequestMessage Create(RequestKind kind) => kind switch
    {
        RequestKind.Get => new HttpRequestMessage(HttpMethod.Get, "/"),
        RequestKind.PutChunked => new HttpRequestMessage(HttpMethod.Put, "/") { Content = new Chunks(20, 1_000) },
        RequestKind.PutLarge => new HttpRequestMessage(HttpMethod.Put, "/") { Content = new ByteArrayContent(new byte[Large]) },
        RequestKind.PostSmall => new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[10]) },
        RequestKind.PostLarge => new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[Large]) },
        RequestKind.PostChunked => new HttpRequestMessage(HttpMethod.Post, "/") { Content = new Chunks(20, 1_000) },
        RequestKind.Grpc => new HttpRequestMessage(HttpMethod.Post, "/shop.Orders/Get")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { { "TE", "trailers" } },
        },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static async Task<string> OpenWebSocketAsync(RunningAmbassador ambassador, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        try
        {
            await socket.ConnectAsync(new UriBuilder(ambassador.Address) { Scheme = "ws" }.Uri, cancellation);
            return "101";
        }
        catch (WebSocketException) when (socket.HttpStatusCode != default)
        {
            return $"{(int)socket.HttpStatusCode}";
        }
        catch (WebSocketException)
        {
            return "200"; // It was cut before its headers were on their way.
        }
    }

    /// <summary>A body that does not say its length.</summary>
    private sealed class Chunks(int count, int size) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < count; i++)
            {
                await stream.WriteAsync(new byte[size]);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
