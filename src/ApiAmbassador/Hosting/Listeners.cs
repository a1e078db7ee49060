using System.Net;
using System.Text;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.Hosting;

/// <summary>What Kestrel listens on, and with which limits.</summary>
internal static class Listeners
{
    /// <summary>The data listeners: <c>Ambassador:Listen</c>, and what <c>Kestrel:Endpoints</c> names.</summary>
    public static void ConfigureData(KestrelServerOptions kestrel, AmbassadorOptions options, IConfiguration configuration)
    {
        kestrel.AddServerHeader = false; // The destination's own passes; another would be noise.

        // HttpClient reads header bytes beyond ASCII as Latin-1; written as Latin-1 they are the same bytes. Kestrel alone would fail.
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;

        // How large a body may be, and how slow a stream, is the destination's to decide. Kestrel would refuse 30 MB and cut
        // whoever sends or reads below 240 bytes a second.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;

        kestrel.ApplicationServices.GetRequiredService<ServedCertificates>().Watch(kestrel);
        var section = configuration.GetSection("Kestrel");
        Action<object> bind = section.Bind; // By reflection: what would be written for a call of it while building (the csproj says why) does not compile, as an option of Kestrel's is obsolete.
        bind(kestrel);
        var loader = kestrel.Configure(section);
        foreach (var endpoint in section.GetSection("Endpoints").GetChildren())
        {
            loader.Endpoint(endpoint.Key, named =>
            {
                if (!named.IsHttps)
                {
                    PriorKnowledge.Use(named.ListenOptions);
                }
            });
        }

        foreach (var text in options.Listen is { Count: > 0 } listen ? listen : (section.GetSection("Endpoints").Exists() ? [] : AmbassadorOptions.DefaultListen))
        {
            Listen(kestrel, text, configuration, PriorKnowledge.Use);
        }
    }

    /// <summary>
    /// The admin listener. It has limits of its own, narrow ones: nobody has a large body or many connections to bring, and what goes
    /// on there must not take the memory of requests.
    /// </summary>
    public static void ConfigureAdmin(KestrelServerOptions kestrel, AdminOptions options, IConfiguration configuration, ServedCertificates served)
    {
        served.Watch(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 100;
        kestrel.Limits.MaxRequestBodySize = 16 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        // Of the framework's section only the certificates: its endpoints and limits are the data listeners'.
        var certificates = configuration.GetSection("Kestrel:Certificates").AsEnumerable();
        kestrel.Configure(new ConfigurationBuilder().AddInMemoryCollection(certificates).Build().GetSection("Kestrel"));
        Listen(kestrel, options.Listen, configuration, useCleartext: null);
    }

    private static void Listen(KestrelServerOptions kestrel, string text, IConfiguration configuration, Action<ListenOptions>? useCleartext)
    {
        if (ListenAddress.TryParse(text, out var address) is not null || address is null
            || (address.IsHttps && !configuration.GetSection("Kestrel:Certificates:Default").Exists()))
        {
            return; // The application is built before its settings are checked; the validator says why it will not start.
        }

        void Configure(ListenOptions listen)
        {
            if (address.IsHttps)
            {
                listen.UseHttps();
                LingeringClose.Use(listen);
            }
            else
            {
                useCleartext?.Invoke(listen);
            }
        }

        switch (address)
        {
            case { IsLocalhost: true }:
                kestrel.ListenLocalhost(address.Port, Configure);
                break;
            case { Address: { } ip }:
                kestrel.Listen(new IPEndPoint(ip, address.Port), Configure);
                break;
            default:
                kestrel.ListenAnyIP(address.Port, Configure);
                break;
        }
    }
}
