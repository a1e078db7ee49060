using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>Names of headers: which there are, and which of them go from one side to the other.</summary>
internal static class PassingHeaders
{
    private const string TokenLetters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Token = SearchValues.Create(TokenLetters);
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(Encoding.ASCII.GetBytes(TokenLetters));

    /// <summary>Of one connection only, or left out by YARP on both ways; what its forwarder would not pass, ours does not pass either.</summary>
    private static readonly FrozenSet<string> OfConnection = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            HeaderNames.Connection, HeaderNames.TransferEncoding, HeaderNames.KeepAlive, HeaderNames.Upgrade, HeaderNames.ProxyConnection, HeaderNames.ProxyAuthenticate, "Proxy-Authentication-Info",
            HeaderNames.ProxyAuthorization, "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "HTTP2-Settings", HeaderNames.UpgradeInsecureRequests,
            HeaderNames.TE, HeaderNames.AltSvc,
        ]);

    /// <summary>Those, and what we say ourselves.</summary>
    private static readonly FrozenSet<string> NotFromCaller = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [.. OfConnection, HeaderNames.Host, HeaderNames.ContentLength, "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"]);

    /// <summary>The usual ones, as everybody writes them, so that they are not made anew.</summary>
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Usual = new[]
    {
        HeaderNames.AcceptRanges, HeaderNames.AccessControlAllowOrigin, HeaderNames.Age, HeaderNames.CacheControl, HeaderNames.Connection, HeaderNames.ContentDisposition, HeaderNames.ContentEncoding,
        HeaderNames.ContentLanguage, HeaderNames.ContentLength, HeaderNames.ContentLocation, HeaderNames.ContentRange, HeaderNames.ContentType, HeaderNames.Date, HeaderNames.ETag, HeaderNames.Expires,
        HeaderNames.KeepAlive, HeaderNames.LastModified, HeaderNames.Link, HeaderNames.Location, HeaderNames.Pragma, HeaderNames.RetryAfter, HeaderNames.Server, HeaderNames.SetCookie,
        HeaderNames.StrictTransportSecurity, HeaderNames.TransferEncoding, HeaderNames.Vary, HeaderNames.Via, HeaderNames.WWWAuthenticate, HeaderNames.XContentTypeOptions, HeaderNames.XPoweredBy,
    }.ToFrozenDictionary(name => name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether these bytes can be a name (RFC 9110, section 5.6.2).</summary>
    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(TokenBytes);

    /// <summary>The name that these bytes, a token, are.</summary>
    public static string Of(ReadOnlySpan<byte> token)
    {
        Span<char> letters = stackalloc char[32];
        return token.Length <= letters.Length && Encoding.ASCII.GetChars(token, letters) is var count && Usual.TryGetValue(letters[..count], out var usual)
            ? usual
            : Encoding.ASCII.GetString(token);
    }

    /// <summary>What an answer's header of that name is to us.</summary>
    public static HeaderKind KindOf(string name) =>
        name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) ? HeaderKind.ContentLength
        : !OfConnection.Contains(name) ? HeaderKind.Passes
        : name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase) ? HeaderKind.TransferEncoding
        : name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) ? HeaderKind.Connection
        : name.Equals(HeaderNames.KeepAlive, StringComparison.OrdinalIgnoreCase) ? HeaderKind.KeepAlive
        : HeaderKind.Stays;

    /// <summary>Whether a caller's header of that name goes on as it came. What is no name does not: HTTP/2's <c>:path</c>, or one with a line break in it, which Kestrel lets through.</summary>
    public static bool PassesOn(string name) => !NotFromCaller.Contains(name) && name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Token);
}
