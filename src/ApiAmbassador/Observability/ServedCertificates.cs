using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.Observability;

/// <summary>The certificates that our listeners show, each known from its first handshake on. There are as many as the configuration names.</summary>
internal sealed class ServedCertificates(TimeProvider time)
{
    private readonly ConcurrentDictionary<(int Port, X509Certificate2 Certificate), string> _names = new();

    /// <summary>Looks at each handshake of a server's listeners.</summary>
    public void Watch(KestrelServerOptions kestrel) => kestrel.ConfigureHttpsDefaults(https => https.OnAuthenticate = (connection, tls) =>
    {
        if ((tls.ServerCertificateContext?.TargetCertificate ?? tls.ServerCertificate as X509Certificate2) is { } certificate)
        {
            Add(connection, certificate);
        }
    });

    /// <summary>Adds the instrument.</summary>
    public void AddTo(Meter meter) => meter.CreateObservableGauge(
        "ambassador.certificate.remaining",
        () => _names.Select(shown => new Measurement<double>(
            (shown.Key.Certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime).TotalSeconds, new("port", shown.Key.Port), new("name", shown.Value))),
        "s",
        "Until a certificate ends that a listener shows to callers; below zero when it has ended.");

    private void Add(ConnectionContext connection, X509Certificate2 certificate)
    {
        var shown = ((connection.LocalEndPoint as IPEndPoint)?.Port ?? 0, certificate);
        if (!_names.ContainsKey(shown))
        {
            _names[shown] = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        }
    }
}
