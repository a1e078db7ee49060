using System.Buffers;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// Which request targets are sent as they were written. Routes match the path as the framework reads it: decoded but for <c>%2F</c>, without
/// dot segments. Other servers read some paths otherwise, and then a caller could have one path judged and another one served. So the more the
/// path decides, the fewer such paths are sent as written; the others are sent as YARP writes them, which is the path that was matched.
/// </summary>
internal static class TargetRule
{
    /// <summary>Without one of these a path means the same to everybody.</summary>
    private static readonly SearchValues<char> Ambiguous = SearchValues.Create("%.\\#");

    /// <summary>What the path decides where these routes are in force.</summary>
    public static PathDecides WhatPathsDecide(IEnumerable<RouteConfig> routes)
    {
        var (byPath, guarded) = (false, false);
        foreach (var route in routes)
        {
            byPath |= !TakesEveryPath(route.Match?.Path);
            guarded |= !string.IsNullOrEmpty(route.AuthorizationPolicy);
        }

        return (byPath, guarded) switch
        {
            (false, _) => PathDecides.Nothing,
            (true, false) => PathDecides.Route,
            (true, true) => PathDecides.Access,
        };
    }

    /// <summary>
    /// The path and query of a target as it was written. Of a whole URI (<c>GET http://api/x</c>) it is what follows the authority; empty where
    /// there is no path.
    /// </summary>
    public static ReadOnlySpan<char> PathAndQuery(string target)
    {
        if (target.StartsWith('/'))
        {
            return target;
        }

        var authority = target.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = authority < 3 ? -1 : target.AsSpan(authority).IndexOfAny("/?#\\");
        return end >= 0 && target[authority + end] == '/' ? target.AsSpan(authority + end) : default;
    }

    /// <summary>Whether this path and query is sent as it was written.</summary>
    public static bool IsSentAsWritten(ReadOnlySpan<char> target, PathDecides decides)
    {
        // Kestrel lets a bare CR and, in HTTP/2, a space through; written into a request line they would begin another one.
        if (target.IsEmpty || target.ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        if (decides == PathDecides.Nothing)
        {
            return true;
        }

        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return !path.ContainsAny(Ambiguous) || MeansTheSame(path, allowsEncodedSlash: decides == PathDecides.Route);
    }

    /// <summary>
    /// Whether no server reads another path in it than the one that was matched. No segment is a dot segment, even with encoded slashes and
    /// backslashes taken for slashes; and there is no <c>#</c>, where some would end.
    /// </summary>
    private static bool MeansTheSame(ReadOnlySpan<char> path, bool allowsEncodedSlash)
    {
        var (dots, others) = (0, 0);
        for (var i = 0; i < path.Length; i++)
        {
            var (c, isEncoded) = (path[i], false);
            if (c == '%' && i + 2 < path.Length)
            {
                c = (path[i + 1], path[i + 2] | 0x20) switch
                {
                    ('2', 'e') => '.',
                    ('2', 'f') => '/',
                    ('5', 'c') => '\\',
                    _ => c,
                };
                isEncoded = c != '%';
                i += isEncoded ? 2 : 0;
            }

            switch (c)
            {
                case '/' or '\\' when isEncoded && !allowsEncodedSlash:
                case '\\' or '#' when !isEncoded:
                case '/' or '\\' when IsDotSegment(dots, others):
                    return false;
                case '/' or '\\':
                    (dots, others) = (0, 0);
                    break;
                case '.':
                    dots++;
                    break;
                default:
                    others++;
                    break;
            }
        }

        return !IsDotSegment(dots, others);
    }

    private static bool IsDotSegment(int dots, int others) => others == 0 && dots is 1 or 2;

    /// <summary>No pattern, or a catch-all and nothing else.</summary>
    private static bool TakesEveryPath(string? pattern) =>
        string.IsNullOrEmpty(pattern)
        || (pattern.AsSpan().TrimStart('/') is ['{', '*', .. var name, '}'] && !name.ContainsAny("/:{"));
}
