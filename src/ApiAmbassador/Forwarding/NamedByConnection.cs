using ApiAmbassador.Forwarding.Http1;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// Headers that <c>Connection</c> names concern that connection and end with it (RFC 9110, section 7.6.1). YARP knows the usual ones and passes on what else
/// is named.
/// </summary>
/// <remarks>
/// Of a request it is done as far as Kestrel tells: where <c>Connection</c> has one of the options that Kestrel knows (<c>keep-alive</c>, <c>close</c>,
/// <c>upgrade</c>), that one stands in the place of all the others before anybody sees them, and what they name passes on.
/// </remarks>
internal static class NamedByConnection
{
    /// <summary>Takes them out. Framing, hosts and what we say of the caller stay, whoever names them.</summary>
    /// <param name="headers">The headers beside it.</param>
    /// <param name="connection">What it says.</param>
    public static void Remove(IHeaderDictionary headers, StringValues connection)
    {
        foreach (var options in connection)
        {
            foreach (var place in options.AsSpan().Split(','))
            {
                var option = options.AsSpan(place).Trim(" \t");
                if (!IsUsual(option) && option.ToString() is var name && PassingHeaders.PassesOn(name))
                {
                    headers.Remove(name);
                }
            }
        }
    }

    /// <summary>Whether it names no header. Nearly all of them do not.</summary>
    public static bool IsUsual(ReadOnlySpan<char> option) =>
        option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || option.Equals("close", StringComparison.OrdinalIgnoreCase)
        || option.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase);
}
