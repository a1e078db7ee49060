using System.Globalization;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>
/// What the destination saw of a request and the caller of its answer, as text to compare: names of headers in lower case and in order, several values
/// joined. How values are spread over lines and where chunks begin is nobody's business.
/// </summary>
public sealed record SeenExchange(string Request, string Answer)
{
    public static string Of(IEnumerable<ReceivedRequest> requests) => string.Join(
        "\n---\n",
        requests.Select(request => $"{request.Method} {request.Target} {request.Version}\n{Lines(request.Headers)}\n\n{request.BodyText}"));

    /// <summary>Of the bytes of an answer whose connection has ended.</summary>
    public static string OfAnswer(string bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return bytes;
        }

        var lines = bytes[..end].Split("\r\n");
        var headers = lines[1..].Select(line => KeyValuePair.Create(line.Split(':')[0], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())).ToArray();
        var body = bytes[(end + 4)..];
        var isChunked = headers.Any(header => header.Key == "Transfer-Encoding") && body.Length > 0;
        return $"{lines[0]}\n{Lines(headers)}\n\n{(isChunked ? Joined(body) : body)}";
    }

    /// <summary>A line each name. The date may be ours, and then it is that of now.</summary>
    public static string Lines(IEnumerable<KeyValuePair<string, string>> headers) => string.Join(
        "\n",
        from header in headers
        group header.Value by header.Key.ToLowerInvariant() into named
        orderby named.Key
        select $"{named.Key}: {(named.Key is "date" ? "some" : string.Join(named.Key is "cookie" ? "; " : ", ", named))}");

    private static string Joined(string chunks)
    {
        var body = "";
        while (true)
        {
            var line = chunks.IndexOf("\r\n", StringComparison.Ordinal);
            if (line < 0)
            {
                return $"{body}, broken off";
            }

            var length = int.Parse(chunks.AsSpan(0, line), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return body + chunks[(line + 4)..];
            }

            body += chunks.Substring(line + 2, length);
            chunks = chunks[(line + 2 + length + 2)..];
        }
    }
}
