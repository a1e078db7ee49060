using System.Net;
using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.Hosting;

/// <summary>What Kestrel listens on, and with which limits.</summary>
internal static class Listeners
{
    private static readonly string[] DefaultData = ["http://*:8080"];

    /// <summary>The data listeners: <c>Ambassador:Listen</c>, and what <c>Kestrel:Endpoints</c> names.</summary>
    public static void ConfigureData(KestrelServerOptions kestrel, AmbassadorOptions options, IConfiguration configuration)
    {
        kestrel.AddServerHeader = false; // The destination's own passes; another would be noise.

        // How large a body may be, and how slow a stream, is the destination's to decide. Kestrel would refuse 30 MB and cut
        // whoever sends or reads below 240 bytes a second.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;

        var section = configuration.GetSection("Kestrel");
        section.Bind(kestrel);
        kestrel.Configure(section);
        foreach (var text in options.Listen ?? (section.GetSection("Endpoints").Exists() ? [] : DefaultData))
        {
            Listen(kestrel, text);
        }
    }

    /// <summary>The admin listener. Its limits are Kestrel's: nobody has a large body to send there.</summary>
    public static void ConfigureAdmin(KestrelServerOptions kestrel, AdminOptions options, IConfiguration configuration)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 256;
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;

        // Of the framework's section only the certificates: its endpoints and limits are the data listeners'.
        var certificates = configuration.GetSection("Kestrel:Certificates").AsEnumerable();
        kestrel.Configure(new ConfigurationBuilder().AddInMemoryCollection(certificates).Build().GetSection("Kestrel"));
        Listen(kestrel, options.Listen);
    }

    private static void Listen(KestrelServerOptions kestrel, string text)
    {
        var problem = ListenAddress.TryParse(text, out var address);
        if (address is null)
        {
            throw new FormatException(problem); // The validator refuses it before it comes here.
        }

        void Configure(ListenOptions listen)
        {
            if (address.IsHttps)
            {
                listen.UseHttps();
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
