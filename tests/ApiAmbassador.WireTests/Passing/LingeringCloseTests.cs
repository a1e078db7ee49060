using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApiAmbassador.Hosting;
using ApiAmbassador.WireTests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>The end of HTTP/2 connections, of Kestrel alone: of an ambassador each ends once.</summary>
public class LingeringCloseTests
{
    private const int Senders = 6, Each = 3_000;

    /// <summary>Without it some twenty of these requests are lost, POSTs too: the client is reset before it has read what became of them.</summary>
    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, false)]
    [InlineData(HttpProtocols.Http2, false)]
    [InlineData(HttpProtocols.Http1AndHttp2, true)]
    public async Task Connections_endUnderBusyClients_noRequestIsLost(HttpProtocols protocols, bool isTls)
    {
        using var certificate = Certificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (isTls)
            {
                listen.UseHttps(certificate);
                LingeringClose.Use(listen);
            }
            else
            {
                PriorKnowledge.Use(listen);
            }
        }));
        await using var server = builder.Build();
        var count = 0;
        server.Run(async context =>
        {
            if (Interlocked.Increment(ref count) % 20 == 0)
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
            }

            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await context.Response.WriteAsync("hello", context.RequestAborted);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        using var client = PlainClient.Create(new Uri(server.Urls.Single()), certificate);

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(client, sender % 2 == 0 ? HttpMethod.Get : HttpMethod.Post))));

        count.ShouldBe(Senders * Each);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pfx), password: null);
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method)
    {
        for (var i = 0; i < Each; i++)
        {
            using var request = new HttpRequestMessage(method, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Content = method == HttpMethod.Post ? new ByteArrayContent(new byte[1000]) : null;
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("hello");
        }
    }
}
