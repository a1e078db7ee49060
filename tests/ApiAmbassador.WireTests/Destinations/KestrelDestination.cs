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

    private KestrelDestination(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public IReadOnlyList<KestrelRequest> Requests => [.. _requests];

    /// <summary>Starts one; with a certificate it speaks TLS.</summary>
    public static async Task<KestrelDestination> StartAsync(
        HttpProtocols protocols, RequestDelegate answer, X509Certificate2? certificate = null, int? streamsPerConnection = null, IPEndPoint? at = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = streamsPerConnection ?? kestrel.Limits.Http2.MaxStreamsPerConnection;
            kestrel.Listen(at ?? new IPEndPoint(IPAddress.Loopback, 0), listen =>
            {
                listen.Protocols = protocols;
                _ = certificate is null ? listen : listen.UseHttps(certificate);
            });
        });
        var destination = new KestrelDestination(builder.Build());
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

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Record(HttpContext context)
    {
        _requests.Enqueue(new KestrelRequest(
            context.Request.Protocol, context.Connection.Id, context.Features.Get<ITlsHandshakeFeature>()?.Protocol, context.Request.Host.Value ?? ""));
        _changed.Raise();
    }
}
