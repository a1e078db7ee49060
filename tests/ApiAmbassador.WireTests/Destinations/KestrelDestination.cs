using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>What a <see cref="KestrelDestination"/> received.</summary>
public sealed record KestrelRequest(string Protocol, string ConnectionId, SslProtocols? Tls, string Host);

/// <summary>A well-behaved destination for what <see cref="ScriptedDestination"/> does not speak: HTTP/2 and TLS, on a port of 127.0.0.1.</summary>
public sealed class KestrelDestination : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<KestrelRequest> _requests = new();
    private readonly ChangeSignal _changed = new();
    private int _connectionsOpen;

    private KestrelDestination(WebApplication app) => _app = app;

    /// <summary>Connections that have neither side closed.</summary>
    public int ConnectionsOpen => Volatile.Read(ref _connectionsOpen);

    public Uri Address => new(_app.Urls.First());

    public IReadOnlyList<KestrelRequest> Requests => [.. _requests];

    /// <summary>Starts one; with a certificate it speaks TLS.</summary>
    public static async Task<KestrelDestination> StartAsync(
        HttpProtocols protocols, RequestDelegate answer, X509Certificate2? certificate = null, int? streamsPerConnection = null, IPEndPoint? at = null)
    {
        KestrelDestination? destination = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = streamsPerConnection ?? kestrel.Limits.Http2.MaxStreamsPerConnection;
            kestrel.Listen(at ?? new IPEndPoint(IPAddress.Loopback, 0), listen =>
            {
                listen.Protocols = protocols;
                listen.Use(next => connection => destination!.CountAsync(next(connection)));
                _ = certificate is null ? listen : listen.UseHttps(certificate);
            });
        });
        destination = new KestrelDestination(builder.Build());
        destination._app.Run(context =>
        {
            destination.Record(context);
            return answer(context);
        });
        await destination._app.StartAsync(TestContext.Current.CancellationToken);
        return destination;
    }

    /// <summary>Waits until so many requests have come.</summary>
    public Task WaitForRequestsAsync(int count) => _changed.WaitUntilAsync(
        () => _requests.Count >= count, () => $"{count} requests did not come, but {_requests.Count}", Eventually.DefaultDeadline);

    /// <summary>Stops as a container does on SIGTERM: takes no connection any more, and finishes what it has.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits until so many connections are open.</summary>
    public Task WaitForConnectionsAsync(int count) => _changed.WaitUntilAsync(
        () => ConnectionsOpen == count, () => $"there were not {count} connections, but {ConnectionsOpen}", Eventually.DefaultDeadline);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task CountAsync(Task connection)
    {
        Interlocked.Increment(ref _connectionsOpen);
        try
        {
            await connection;
        }
        finally
        {
            Interlocked.Decrement(ref _connectionsOpen);
            _changed.Raise();
        }
    }

    private void Record(HttpContext context)
    {
        _requests.Enqueue(new KestrelRequest(
            context.Request.Protocol, context.Connection.Id, context.Features.Get<ITlsHandshakeFeature>()?.Protocol, context.Request.Host.Value ?? ""));
        _changed.Raise();
    }
}
