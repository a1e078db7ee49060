using System.Net;

namespace ApiAmbassador.Admin;

/// <summary>What <see cref="ChangeRule"/> looks at of a request.</summary>
/// <param name="RemoteAddress">Who connected; null where it is not known.</param>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">The header of that name.</param>
/// <param name="Origin">The header, or null.</param>
/// <param name="FetchSite">The header Sec-Fetch-Site, or null.</param>
/// <param name="IsForwarded">Whether a proxy has left its mark.</param>
/// <param name="Authorization">The header, or null.</param>
/// <param name="ContentType">The header, or null.</param>
internal sealed record ChangeRequest(
    IPAddress? RemoteAddress, string Scheme, HostString Host, string? Origin, string? FetchSite, bool IsForwarded, string? Authorization, string? ContentType);
