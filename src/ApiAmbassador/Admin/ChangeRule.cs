using System.Net;
using System.Net.Http.Headers;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Admin;

/// <summary>
/// Who may change anything. Where a token is configured: who shows it. Where none is: a program on this machine that speaks to the
/// listener directly. A web page in a browser on this machine is none, by whatever trick it gets here: another origin shows in
/// <c>Origin</c> and <c>Sec-Fetch-Site</c>, a name that was made to resolve to 127.0.0.1 in <c>Host</c>. Pure.
/// </summary>
internal static class ChangeRule
{
    private const string Way = "; set Ambassador:Admin:Token or TokenFile to allow others who show it";

    /// <summary>Why the request may not change anything, or null.</summary>
    /// <param name="request">What is known of it.</param>
    /// <param name="token">The token in force, or null where none is configured.</param>
    public static ChangeRefusal? Refuse(ChangeRequest request, string? token) =>
        (token is not null ? WithToken(request.Authorization, token) : WithoutToken(request))
        ?? (IsJson(request.ContentType) ? null : new ChangeRefusal(StatusCodes.Status415UnsupportedMediaType, "a change wants Content-Type: application/json"));

    private static ChangeRefusal? WithToken(string? authorization, string token) =>
        authorization is null ? new ChangeRefusal(StatusCodes.Status401Unauthorized, "a change wants the token: Authorization: Bearer TOKEN")
        : AuthenticationHeaderValue.TryParse(authorization, out var shown)
            && shown.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            && AdminTokenRule.Matches(token, shown.Parameter ?? "") ? null
        : new ChangeRefusal(StatusCodes.Status401Unauthorized, "this is not the token");

    private static ChangeRefusal? WithoutToken(ChangeRequest request)
    {
        var problem = !IsLoopback(request.RemoteAddress) ? $"without a token only this machine may change anything{Way}"
            : request.IsForwarded ? $"without a token no proxy may change anything{Way}"
            : !IsLoopback(request.Host) ? $"the Host must be localhost or a loopback address{Way}"
            : request.Origin is { } origin && !IsSame(origin, request) ? "a web page of another origin may change nothing"
            : request.FetchSite is not (null or "same-origin" or "none") ? "a web page of another site may change nothing"
            : null;
        return problem is null ? null : new ChangeRefusal(StatusCodes.Status403Forbidden, problem);
    }

    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsLoopback(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out var address) && (host.Host.Contains(':') || host.Host.Count(letter => letter == '.') == 3) && IsLoopback(address));

    private static bool IsSame(string origin, ChangeRequest request) =>
        origin.Equals($"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && "application/json".Equals(type.MediaType, StringComparison.OrdinalIgnoreCase);
}
