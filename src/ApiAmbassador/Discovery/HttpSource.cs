using System.IO.Hashing;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Discovery;

/// <summary>
/// A URL that answers with target groups (<see cref="TargetGroups"/>), as Prometheus' <c>http_sd</c> asks for it: status 200, <c>application/json</c>,
/// UTF-8, and the whole list each time. Nothing of the answer is trusted: every size has a bound, and the time is the caller's.
/// </summary>
/// <remarks>
/// User and password in the URL become a Basic <c>Authorization</c> header, which no other host gets and no error repeats. Proxies are .NET's
/// default, <c>HTTP_PROXY</c> and its like: a registry may stand outside, where destinations never do.
/// </remarks>
internal sealed class HttpSource : IPolledSource, IDisposable
{
    private const int RedirectsMax = 3;
    private const int HeaderKibibytesMax = 64;

    private readonly HttpClient _client;
    private readonly Uri _url;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly HttpDiscoveryOptions _options;
    private (UInt128 Hash, SourceAnswer? Answer) _last;

    /// <summary>Makes one; asks nothing yet.</summary>
    /// <param name="options">Whose <c>Url</c> is an absolute http or https URL.</param>
    public HttpSource(HttpDiscoveryOptions options)
    {
        var url = options.Url ?? throw new ArgumentException("no URL", nameof(options));
        _options = options;
        _url = new UriBuilder(url) { UserName = "", Password = "", Fragment = "" }.Uri;
        _authorization = url.UserInfo.Length == 0 ? null : Basic(url.UserInfo);
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                // We redirect ourselves: the library's way forgets the authorization at the first one, even from /sd to /sd/.
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.GZip,
                UseCookies = false,
                MaxResponseHeadersLength = HeaderKibibytesMax,

                // A registry that has moved is found, although its old place still answers.
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),

                // Questions that nobody sent us are no part of a caller's trace.
                ActivityHeadersPropagator = null,
            })
        {
            Timeout = Timeout.InfiniteTimeSpan, // The caller's token says how long.
        };
    }

    /// <summary>Asks once. All that goes wrong is an answer, but for the end of the caller's patience.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<SourceAnswer> AskAsync(CancellationToken cancellation)
    {
        try
        {
            var place = _url;
            for (var redirects = 0; ; redirects++)
            {
                using var request = Request(place);
                using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (!IsRedirect(response.StatusCode))
                {
                    return await ReadAsync(response, cancellation);
                }

                if (redirects == RedirectsMax)
                {
                    return SourceAnswer.Failed($"redirected more than {RedirectsMax} times");
                }

                if (RedirectRule.Next(place, response.Headers.Location) is not { } next)
                {
                    return SourceAnswer.Failed($"answered {(int)response.StatusCode} without a place to go to that is http or https, and https after https");
                }

                place = next;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            return SourceAnswer.Failed(HttpSourceFailure.Sentence(e));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static AuthenticationHeaderValue Basic(string userInfo)
    {
        var user = userInfo.Contains(':', StringComparison.Ordinal) ? userInfo : userInfo + ':';
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user))));
    }

    private HttpRequestMessage Request(Uri place)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, place);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ApiAmbassador", BuildVersion.Version));
        request.Headers.Add("X-Prometheus-Refresh-Interval-Seconds", $"{_options.Refresh.TotalSeconds}");
        if (Uri.Compare(place, _url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0)
        {
            request.Headers.Authorization = _authorization;
        }

        return request;
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private async Task<SourceAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return SourceAnswer.Failed($"answered {(int)response.StatusCode}");
        }

        if (ContentProblem(response.Content.Headers) is { } problem)
        {
            return SourceAnswer.Failed(problem);
        }

        // Counted as it comes, and after it is inflated: what Content-Length says is a hint, and a small answer may become a large one.
        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            if (body.Length + count > TargetGroups.BytesMax)
            {
                return SourceAnswer.Failed(TooLarge);
            }

            body.Write(buffer, 0, count);
        }

        await Task.Yield(); // A long list takes long to read, and we are on the thread of the sockets.
        return Read(body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    /// <summary>
    /// A body that was read before is not read again. We do not leave that to entity tags: those of nginx do not change with a file that is written twice
    /// within a second at the same length, and we would never see what it says.
    /// </summary>
    private SourceAnswer Read(ReadOnlyMemory<byte> body)
    {
        var hash = XxHash128.HashToUInt128(body.Span);
        if (_last.Answer is { } answer && _last.Hash == hash)
        {
            return answer;
        }

        var read = TargetGroups.Read(body, _options);
        _last = (hash, read.Error is { } error ? SourceAnswer.Failed($"answered a list that cannot be used: {error}") : read);
        return _last.Answer!;
    }

    private static string TooLarge => $"is larger than {TargetGroups.BytesMax / 1024 / 1024} MiB";

    private static string? ContentProblem(HttpContentHeaders headers)
    {
        if (headers.ContentType is not { } type)
        {
            return "answered without a content type; it has to be application/json";
        }

        if (!string.Equals(type.MediaType, MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase)
            || (type.CharSet is { } charset && !string.Equals(charset.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            return $"answered {EchoedText.Value(type.ToString())}, not application/json in UTF-8";
        }

        return headers.ContentLength > TargetGroups.BytesMax ? TooLarge : null;
    }
}
