using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>
/// The head of a request as it goes to a destination: what the caller wrote, but for what belongs to its own connection, and what YARP's default transforms
/// say of it (<c>X-Forwarded-*</c>, the destination's <c>Host</c>).
/// </summary>
internal static class RequestHead
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="context">The request.</param>
    /// <param name="address">Who gets it.</param>
    /// <param name="decides">What paths decide: see <see cref="TargetRule"/>.</param>
    /// <param name="attempt">The number of the attempt; from the second on the destination is told.</param>
    /// <exception cref="UriFormatException">The target cannot be sent.</exception>
    public static void Write(SendBuffer output, HttpContext context, DestinationAddress address, PathDecides decides, int attempt)
    {
        var request = context.Request;
        output.Add(request.Method);
        output.Add(" "u8);
        AddTarget(output, context, address, decides);
        output.Add(" HTTP/1.1\r\nHost: "u8);
        output.Add(address.Host);
        output.Add("\r\n"u8);
        foreach (var (name, values) in request.Headers)
        {
            if (PassingHeaders.PassesOn(name) && (attempt == 1 || !name.Equals(AttemptNumberTransform.Header, StringComparison.OrdinalIgnoreCase)))
            {
                AddHeader(output, name, values);
            }
        }

        if (attempt > 1)
        {
            output.Add(AttemptNumberTransform.Header);
            output.Add(": "u8);
            output.AddFormatted(attempt);
            output.Add("\r\n"u8);
        }

        AddForwarded(output, context);
        AddFraming(output, request, context.HasBody());
        output.Add("\r\n"u8);
    }

    /// <summary>The length of the body; null where it goes in chunks.</summary>
    public static long? LengthOf(HttpRequest request) => request.Headers.TransferEncoding.Count == 0 ? request.ContentLength : null;

    private static void AddTarget(SendBuffer output, HttpContext context, DestinationAddress address, PathDecides decides)
    {
        var target = TargetRule.PathAndQuery(context.Find<IHttpRequestFeature>()!.RawTarget);
        if (TargetRule.IsSentAsWritten(target, decides))
        {
            output.Add(address.PathPrefix);
            output.Add(target);
        }
        else
        {
            var written = RequestUtilities.MakeDestinationAddress(address.Prefix, context.Request.Path, context.Request.QueryString).PathAndQuery;
            output.Add(!written.AsSpan().ContainsAnyExceptInRange('!', '~') ? written : throw new UriFormatException("The target cannot be written as a URI."));
        }
    }

    /// <summary>Several values are several lines, as they may have come. But for cookies, which HTTP/2 takes apart (RFC 9113, section 8.2.3).</summary>
    private static void AddHeader(SendBuffer output, string name, Microsoft.Extensions.Primitives.StringValues values)
    {
        if (values.Count > 1 && name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase))
        {
            values = string.Join("; ", values.ToArray());
        }

        foreach (var value in values)
        {
            // Kestrel lets a bare CR through; it would begin another line for some. YARP leaves such a header out, too.
            if (!value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                output.AddHeader(name, value);
            }
        }
    }

    private static void AddForwarded(SendBuffer output, HttpContext context)
    {
        var request = context.Request;
        if (context.Connection.RemoteIpAddress is { } caller)
        {
            output.Add("X-Forwarded-For: "u8);
            output.AddFormatted(caller);
            output.Add("\r\n"u8);
        }

        if (request.PathBase.HasValue)
        {
            AddHeader(output, "X-Forwarded-Prefix", request.PathBase.ToUriComponent());
        }

        if (request.Host.HasValue)
        {
            AddHeader(output, "X-Forwarded-Host", request.Host.ToUriComponent());
        }

        output.AddHeader("X-Forwarded-Proto", request.Scheme);
    }

    private static void AddFraming(SendBuffer output, HttpRequest request, bool hasBody)
    {
        // Over HTTP/2 a caller may say that it takes trailers.
        if (request.Headers.TE.Count > 0 && HttpProtocol.IsHttp2(request.Protocol) && request.Headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase))
        {
            output.Add("TE: trailers\r\n"u8);
        }

        if (hasBody && LengthOf(request) is null)
        {
            output.Add("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (LengthOf(request) is { } length || HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) || HttpMethods.IsPatch(request.Method))
        {
            output.Add("Content-Length: "u8);
            output.AddFormatted(LengthOf(request) ?? 0);
            output.Add("\r\n"u8);
        }
    }
}
