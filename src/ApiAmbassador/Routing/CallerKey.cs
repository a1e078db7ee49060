using System.Net;

namespace ApiAmbassador.Routing;

/// <summary>Finds a caller's key in a request.</summary>
internal static class CallerKey
{
    /// <summary>The letters of the longest address, with its scope.</summary>
    public const int LengthMax = 64;

    /// <summary>The key; empty where the request has none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">What a caller is known by.</param>
    /// <param name="buffer">Room for <see cref="LengthMax"/> letters.</param>
    public static ReadOnlySpan<char> Of(HttpContext context, SplitKey key, Span<char> buffer) => key.Kind switch
    {
        SplitKeyKind.Header when context.Request.Headers[key.Name] is [{ } value, ..] => value,
        SplitKeyKind.Cookie => context.Request.Cookies[key.Name],
        SplitKeyKind.ClientAddress when context.Connection.RemoteIpAddress is { } address && Normalized(address).TryFormat(buffer, out var length) => buffer[..length],
        _ => [],
    };

    /// <summary>A dual-stack listener shows 10.0.0.1 as ::ffff:10.0.0.1; it is the same caller.</summary>
    private static IPAddress Normalized(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
