using Microsoft.AspNetCore.Http.Features;

namespace ApiAmbassador.Observability;

/// <summary>Counts what goes through a connection that is no longer HTTP: after an upgrade, or a CONNECT of HTTP/2.</summary>
internal sealed class CountedTunnel(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    /// <summary>Its two ways; null until there is one.</summary>
    public CountedStream? Bytes { get; private set; }

    /// <inheritdoc/>
    public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest == true;

    /// <inheritdoc/>
    public bool IsExtendedConnect => connect?.IsExtendedConnect == true;

    /// <inheritdoc/>
    public string? Protocol => connect?.Protocol;

    /// <inheritdoc/>
    public async Task<Stream> UpgradeAsync() => Bytes = new CountedStream { Inner = await upgrade!.UpgradeAsync() };

    /// <inheritdoc/>
    public async ValueTask<Stream> AcceptAsync() => Bytes = new CountedStream { Inner = await connect!.AcceptAsync() };
}
