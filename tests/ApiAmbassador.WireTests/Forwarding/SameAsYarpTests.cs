using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>
/// The same through our forwarder and through YARP's, told apart by neither the destination nor the caller. Where they differ on purpose it is said here, and why.
/// </summary>
public sealed class SameAsYarpTests(BothForwarders both) : IClassFixture<BothForwarders>
{
    /// <summary>Each of them is sent with <c>Host: api</c> and <c>Connection: close</c>.</summary>
    private static readonly Dictionary<string, string> Requests = new()
    {
        ["get with query"] = "GET /a/b?c=d&e&f=%20 HTTP/1.1\r\nAccept: */*\r\nUser-Agent: test/1.0 (some; thing)\r\n\r\n",
        ["escaped path"] = "GET /a%2Fb/%41/%C3%A9//x?y=%3F%23 HTTP/1.1\r\n\r\n",
        ["dot segments"] = "GET /a/./b/../c HTTP/1.1\r\n\r\n",
        ["absolute form"] = "GET http://api/a?b HTTP/1.1\r\n\r\n",
        ["absolute form without a path"] = "GET http://api HTTP/1.1\r\n\r\n",
        ["by HTTP/1.0"] = "GET /a HTTP/1.0\r\n\r\n",
        ["post with length"] = "POST /a HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
        ["post in chunks"] = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nX-Sum: 7\r\n\r\n",
        ["post in chunks of none"] = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ["post without a word of its body"] = "POST /a HTTP/1.1\r\n\r\n",
        ["put empty"] = "PUT /a HTTP/1.1\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n",
        ["patch empty"] = "PATCH /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        ["delete with body"] = "DELETE /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        ["delete without"] = "DELETE /a HTTP/1.1\r\n\r\n",
        ["get with body"] = "GET /a HTTP/1.1\r\nContent-Length: 5\r\nContent-Encoding: x\r\n\r\nhello",
        ["get with length of none"] = "GET /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        ["get with content headers"] = "GET /a HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Language: de\r\nContent-MD5: x\r\nExpires: 0\r\nLast-Modified: x\r\nAllow: GET\r\n\r\n",
        ["head"] = "HEAD /a HTTP/1.1\r\n\r\n",
        ["options"] = "OPTIONS /a HTTP/1.1\r\nOrigin: http://else\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
        ["options of all"] = "OPTIONS * HTTP/1.1\r\n\r\n",
        ["trace"] = "TRACE /a HTTP/1.1\r\nMax-Forwards: 3\r\n\r\n",
        ["custom method"] = "PURGE /a HTTP/1.1\r\n\r\n",
        ["custom method with body"] = "REPORT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        ["method in lower case"] = "get /a HTTP/1.1\r\n\r\n",
        ["many headers"] = $"GET /a HTTP/1.1\r\n{string.Concat(Enumerable.Range(0, 80).Select(i => $"X-{i}: value {i}\r\n"))}\r\n",
        ["long header"] = $"GET /a HTTP/1.1\r\nX-Long: {new string('l', 20_000)}\r\n\r\n",
        ["odd names and values"] = "GET /a HTTP/1.1\r\n!#$%&'*+-.^_`|~: tokens\r\nX-Empty:\r\nX-Quoted: \"a, b\"; c=d\r\nX-Tab: a\tb\r\n\r\n",
        ["values that are no right ones"] = "GET /a HTTP/1.1\r\nDate: never\r\nIf-Modified-Since: x\r\nAccept: ,,\r\nUser-Agent: (\r\nRange: some\r\nVia: x\r\nFrom: nobody\r\nReferer: ::\r\nIf-None-Match: x\r\n\r\n",
        ["usual headers"] = "GET /a HTTP/1.1\r\nAccept-Encoding: gzip, br\r\nAccept-Language: de\r\nAuthorization: Bearer x\r\nCache-Control: no-cache\r\nPragma: no-cache\r\nRange: bytes=0-5\r\nIf-None-Match: \"a\"\r\nVia: 1.1 x\r\nWarning: x\r\n\r\n",
        ["cookies in several lines"] = "GET /a HTTP/1.1\r\nCookie: a=1; b=2\r\nCookie: c=3\r\n\r\n",
        ["several values"] = "GET /a HTTP/1.1\r\nX-Any: a\r\nX-Any: b, c\r\nAccept: x/y\r\nAccept: y/z\r\nx-any: d\r\n\r\n",
        ["of the connection"] = "GET /a HTTP/1.1\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\nProxy-Authorization: x\r\nUpgrade-Insecure-Requests: 1\r\nHTTP2-Settings: x\r\nAlt-Svc: x\r\nALPN: x\r\nClose: x\r\nSecurity-Scheme: x\r\nTrailer: X-Sum\r\nProxy-Features: x\r\nAlt-Used: x\r\n\r\n",
        ["named by Connection"] = "GET /a HTTP/1.1\r\nConnection: X-Hop\r\nX-Hop: a\r\n\r\n",
        ["spoofed"] = "GET /a HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 7.7.7.7\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /evil\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n\r\n",
        ["value in Latin-1"] = "GET /a HTTP/1.1\r\nX-Any: \u00e9\r\n\r\n",
        ["value with a control character"] = "GET /a HTTP/1.1\r\nX-Any: a\u0001b\r\nX-Other: c\r\n\r\n",
        ["value with a bare CR"] = "GET /a HTTP/1.1\r\nX-Any: a\rX-Injected: b\r\nX-Other: c\r\n\r\n",
        ["trace of the caller"] = "GET /a HTTP/1.1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=b\r\nBaggage: c=d\r\nRequest-Id: x\r\n\r\n",
        ["attempt that is none"] = "GET /a HTTP/1.1\r\nAmbassador-Attempt: 9\r\n\r\n",
    };

    /// <summary>The method of a request, and what the destination says then; after it, it ends the connection.</summary>
    private static readonly Dictionary<string, (string Method, string Answer)> Answers = new()
    {
        ["length"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"),
        ["length of none"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ["length twice"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        ["lengths that differ"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        ["lengths in one line"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello"),
        ["length with a sign"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"),
        ["length below none"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
        ["length that is none"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"),
        ["more than its length"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world"),
        ["less than its length"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
        ["chunks"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a=b\r\nyou\r\n0\r\n\r\n"),
        ["chunks with trailers"] = ("GET", "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\nConnection: close\r\n\r\n"),
        ["chunks beside a length"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        ["chunks twice"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        ["chunks of something zipped"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        ["something zipped"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello"),
        ["identity"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello"),
        ["chunks that break off"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
        ["chunks that are none"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"),
        ["chunks of bare LF"] = ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n"),
        ["until the end"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"),
        ["until the end, nothing"] = ("GET", "HTTP/1.1 200 OK\r\n\r\n"),
        ["HTTP/1.0"] = ("GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        ["HTTP/1.0 until the end"] = ("GET", "HTTP/1.0 200 OK\r\n\r\nhello"),
        ["HTTP/1.2"] = ("GET", "HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        ["HTTP/2.0"] = ("GET", "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        ["no content"] = ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
        ["no content, length of none"] = ("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"),
        ["no content, but a length"] = ("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
        ["no content, in chunks"] = ("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ["reset content"] = ("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
        ["reset content until the end"] = ("GET", "HTTP/1.1 205 Reset Content\r\n\r\n"),
        ["reset content in chunks"] = ("GET", "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ["reset content with a body"] = ("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello"),
        ["not modified"] = ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Type: text/plain\r\n\r\n"),
        ["not modified with a length"] = ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ["not modified in chunks"] = ("GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ["head with a length"] = ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"),
        ["head with a length of none"] = ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ["head in chunks"] = ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ["head without"] = ("HEAD", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"),
        ["head of no content"] = ("HEAD", "HTTP/1.1 204 No Content\r\n\r\n"),
        ["odd words"] = ("GET", "HTTP/1.1 404 No such thing, sorry\r\nContent-Length: 0\r\n\r\n"),
        ["no words"] = ("GET", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n"),
        ["no words but a space"] = ("GET", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"),
        ["words with spaces around"] = ("GET", "HTTP/1.1 404  Not  there \r\nContent-Length: 0\r\n\r\n"),
        ["words in Latin-1"] = ("GET", "HTTP/1.1 404 \u00e9\r\nContent-Length: 0\r\n\r\n"),
        ["status nobody knows"] = ("GET", "HTTP/1.1 598 \r\nContent-Length: 0\r\n\r\n"),
        ["status beyond"] = ("GET", "HTTP/1.1 799 Beyond\r\nContent-Length: 0\r\n\r\n"),
        ["no status"] = ("GET", "HTTP/1.1 OK\r\n\r\n"),
        ["protocol nobody asked for"] = ("GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
        ["for information first"] = ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        ["cookies twice"] = ("GET", "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2, c\r\nContent-Length: 0\r\n\r\n"),
        ["several values"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: a\r\nx-any: b, c\r\nVary: a\r\nVary: b\r\nContent-Length: 0\r\n\r\n"),
        ["single ones twice"] = ("GET", "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nETag: \"a\"\r\nETag: \"b\"\r\nLocation: /a\r\nLocation: /b\r\nStrict-Transport-Security: a\r\nStrict-Transport-Security: b\r\nContent-Length: 0\r\n\r\n"),
        ["own server and date"] = ("GET", "HTTP/1.1 200 OK\r\nServer: theirs\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n"),
        ["values that are no right ones"] = ("GET", "HTTP/1.1 200 OK\r\nExpires: 0\r\nLast-Modified: x\r\nETag: x\r\nAge: old\r\nContent-Type: ;\r\nRetry-After: soon\r\nCache-Control: ,\r\nContent-Length: 0\r\n\r\n"),
        ["odd names and values"] = ("GET", "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~: tokens\r\nX-Empty:\r\nX-Tab: a\tb\r\nx-lower:c\r\nContent-Length: 0\r\n\r\n"),
        ["of the connection"] = ("GET", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\nProxy-Authenticate: x\r\nProxy-Authentication-Info: x\r\nUpgrade: h2c\r\nAlt-Svc: x\r\nTE: x\r\nClose: x\r\nHTTP2-Settings: x\r\nUpgrade-Insecure-Requests: 1\r\nProxy-Support: x\r\nContent-Length: 0\r\n\r\n"),
        ["named by Connection"] = ("GET", "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: a\r\nContent-Length: 0\r\n\r\n"),
        ["folded"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: a\r\n b\r\n\tc\r\nContent-Length: 0\r\n\r\n"),
        ["bare LF"] = ("GET", "HTTP/1.1 200 OK\nX-Any: a\nContent-Length: 5\n\nhello"),
        ["bare CR"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: a\rX-Injected: b\r\nContent-Length: 0\r\n\r\n"),
        ["space before a colon"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any : a\r\nContent-Length: 0\r\n\r\n"),
        ["no colon"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any\r\nContent-Length: 0\r\n\r\n"),
        ["no name"] = ("GET", "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n"),
        ["control character"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: a\u0001b\r\nContent-Length: 0\r\n\r\n"),
        ["NUL"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: a\0b\r\nContent-Length: 0\r\n\r\n"),
        ["value in Latin-1"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: \u00e9\r\nContent-Length: 0\r\n\r\n"),
        ["value in UTF-8"] = ("GET", "HTTP/1.1 200 OK\r\nX-Any: \u00c3\u00a9\r\nContent-Length: 0\r\n\r\n"),
        ["long head"] = ("GET", $"HTTP/1.1 200 OK\r\nX-Long: {new string('l', 30_000)}\r\nContent-Length: 0\r\n\r\n"),
        ["empty line first"] = ("GET", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ["nothing"] = ("GET", ""),
    };

    /// <summary>Where a request reaches the destination otherwise: what stands in ours, and in YARP's in its place.</summary>
    private static readonly Dictionary<string, (string Ours, string Yarps, string Why)> OtherRequests = new()
    {
        ["get with content headers"] = ("", "content-length: 0\n", "nobody said that there was a body, and of a GET nobody expects one (RFC 9110, section 8.6)"),
        ["trace"] = ("", "content-length: 0\n", "as for GET: .NET's client says it of each method that it does not know to have no body"),
        ["custom method"] = ("", "content-length: 0\n", "as for TRACE"),
        ["method in lower case"] = ("get /a", "GET /a", "methods are told apart by case (RFC 9110, section 9.1): it is the destination's to say what this one is"),
    };

    /// <summary>Where an answer reaches the caller otherwise: its first line from ours and from YARP's.</summary>
    private static readonly Dictionary<string, (string Ours, string Yarps, string Why)> OtherAnswers = new()
    {
        ["length twice"] = ("200", "502", "the same length twice is one length (RFC 9110, section 8.6)"),
        ["bare CR"] = ("502", "200", "to refuse is as right as to put a space there (RFC 9110, section 5.5)"),
        ["NUL"] = ("502", "200", "as for CR"),
        ["no content, but a length"] = ("204", "500", "Kestrel takes no length there, and nobody needs one"),
        ["protocol nobody asked for"] = ("502", "101 502", "the caller did not ask for another protocol, and must not be told that it is spoken now"),
        ["something zipped"] = ("502", "200", "nobody unzips it, and the caller is not told that it is zipped"),
        ["chunks of something zipped"] = ("502", "200", "as without chunks"),
        ["chunks twice"] = ("502", "200", "chunks of chunks are not allowed (RFC 9112, section 6.1), and nobody takes them apart"),
        ["chunks that are none"] = ("broken off", "502", "what was right has gone out already; .NET's client still held it back"),
    };

    /// <summary>Where the answer is the same but for a line.</summary>
    private static readonly Dictionary<string, (string Ours, string Yarps, string Why)> OtherLines = new()
    {
        ["until the end, nothing"] = ("transfer-encoding: chunked\n", "content-length: 0\n", "whether there is a body was not known yet when the head went out, which does not wait for it"),
        ["identity"] = ("content-length: 5\n", "transfer-encoding: chunked\n", "identity is no encoding, and the length is right"),
        ["words with spaces around"] = ("404 Not  there\n", "404  Not  there \n", "the words are the same"),
    };

    public static TheoryData<string> RequestNames => [.. Requests.Keys];

    public static TheoryData<string> AnswerNames => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(RequestNames))]
    public async Task Request_reaches_the_destination_the_same(string name)
    {
        both.Destination.AnswerWith(Reply.Ok("answer"));
        var (ours, yarps) = await SendAsync(Requests[name]);

        if (OtherRequests.TryGetValue(name, out var other))
        {
            yarps.Request.ShouldContain(other.Yarps, Case.Sensitive, other.Why);
            yarps = yarps with { Request = yarps.Request.Replace(other.Yarps, other.Ours, StringComparison.Ordinal) };
        }

        ours.ShouldBe(yarps);
    }

    /// <summary>Bytes of a value as they came: what YARP's forwarder does not send at all.</summary>
    [Fact]
    public async Task Value_beyond_ascii_reaches_the_destination_as_it_came()
    {
        both.Destination.AnswerWith(Reply.Ok("answer"));
        var (ours, yarps) = await SendAsync("GET /a HTTP/1.1\r\nX-Any: \u00c3\u00a9\r\n\r\n");

        ours.Request.ShouldContain("\nx-any: \u00c3\u00a9\n");
        yarps.Answer.ShouldStartWith("HTTP/1.1 502 ");
    }

    /// <summary>Both ways, and whatever else is named: a length still ends its body.</summary>
    [Fact]
    public async Task Headers_that_connection_names_end_with_it()
    {
        const string Headers = "Connection: x-first, Content-Length\r\nConnection: keep-alive,,X-Second ,Host\r\nX-First: a\r\nX-Second: b\r\nx-second: c\r\nX-Third: d\r\nContent-Length: 5\r\n\r\nhello";
        both.Destination.AnswerWith(Reply.Raw($"HTTP/1.1 200 OK\r\n{Headers}"));
        var (ours, yarps) = await SendAsync($"POST /a HTTP/1.1\r\n{Headers}");

        ours.ShouldBe(yarps);
        foreach (var seen in new[] { ours.Request, ours.Answer })
        {
            seen.ShouldContain("\ncontent-length: 5\n");
            seen.ShouldContain("\nx-third: d");
            seen.ShouldNotContain("x-first");
            seen.ShouldNotContain("x-second");
        }

        ours.Request.ShouldContain("\nx-forwarded-host: api\n");
    }

    /// <summary>What Kestrel does not tell nobody can heed: if it does some day, the documents can forget about it.</summary>
    [Theory]
    [InlineData("X-Hop", false)]
    [InlineData("X-Other,x-hop", false)]
    [InlineData("close, X-Hop", true)]
    public async Task Header_that_a_caller_names_passes_only_where_kestrel_has_forgotten_it(string connection, bool passes)
    {
        both.Destination.AnswerWith(Reply.Ok("answer"));
        var request = $"GET /a HTTP/1.0\r\nHost: api\r\nConnection: {connection}\r\nX-Hop: a\r\n\r\n";
        var ours = await both.SendAsync(both.Ours, request);

        ours.ShouldBe(await both.SendAsync(both.Yarps, request));
        ours.Request.Contains("\nx-hop: a\n", StringComparison.Ordinal).ShouldBe(passes);
    }

    [Theory]
    [MemberData(nameof(AnswerNames))]
    public async Task Answer_reaches_the_caller_the_same(string name)
    {
        var (method, answer) = Answers[name];
        both.Destination.AnswerWith(Reply.Raw(answer));
        var (ours, yarps) = await SendAsync($"{method} /a HTTP/1.1\r\n\r\n");

        AreTheSame(name, ours, yarps);
    }

    [Theory]
    [MemberData(nameof(AnswerNames))]
    public async Task Answer_reaches_a_caller_of_http2_the_same(string name)
    {
        var (method, answer) = Answers[name];
        both.Destination.AnswerWith(Reply.Raw(answer));

        AreTheSame(name, await both.SendAsync(both.Ours, Create), await both.SendAsync(both.Yarps, Create));

        HttpRequestMessage Create() => new(new HttpMethod(method), "/a");
    }

    [Theory]
    [InlineData("GET", null, false)]
    [InlineData("GET", "", false)]
    [InlineData("POST", null, false)]
    [InlineData("POST", "", false)] // Its length of none comes first, and its end by itself.
    [InlineData("PUT", "", true)]
    [InlineData("POST", "hello", false)]
    [InlineData("POST", "hello", true)]
    [InlineData("DELETE", "hello", false)]
    [InlineData("HEAD", null, false)]
    [InlineData("OPTIONS", null, false)]
    public async Task Request_over_http2_reaches_the_destination_the_same(string method, string? body, bool isChunked)
    {
        both.Destination.AnswerWith(Reply.Ok("answer"));

        (await both.SendAsync(both.Ours, Create)).ShouldBe(await both.SendAsync(both.Yarps, Create));

        HttpRequestMessage Create()
        {
            var created = new HttpRequestMessage(new HttpMethod(method), "/a%2Fb?c") { Content = body is null ? null : new StringContent(body) };
            created.Headers.TryAddWithoutValidation("Cookie", ["a=1", "b=2"]);
            created.Headers.TryAddWithoutValidation("X-Any", ["a", "b, c"]);
            created.Headers.TryAddWithoutValidation("TE", "trailers");
            created.Headers.TryAddWithoutValidation("X-Forwarded-For", "6.6.6.6");
            created.Headers.TransferEncodingChunked = isChunked;
            return created;
        }
    }

    private static void AreTheSame(string name, SeenExchange ours, SeenExchange yarps)
    {
        if (OtherAnswers.TryGetValue(name, out var other))
        {
            ours.Request.ShouldBe(yarps.Request);
            StatusOf(ours).ShouldBe(other.Ours, other.Why);
            other.Yarps.Split(' ').ShouldContain(StatusOf(yarps), other.Why);
            return;
        }

        if (OtherLines.TryGetValue(name, out var line))
        {
            ours = Without(ours, line);
            yarps = Without(yarps, line);
        }

        ours.ShouldBe(yarps);
    }

    private static SeenExchange Without(SeenExchange exchange, (string Ours, string Yarps, string) line) => exchange with
    {
        Answer = exchange.Answer.Replace(line.Ours, "", StringComparison.Ordinal).Replace(line.Yarps, "", StringComparison.Ordinal),
    };

    private static string StatusOf(SeenExchange exchange) =>
        exchange.Answer.StartsWith("broken", StringComparison.Ordinal) ? exchange.Answer : exchange.Answer.Replace("HTTP/1.1 ", "", StringComparison.Ordinal)[..3];

    private async Task<(SeenExchange Ours, SeenExchange Yarps)> SendAsync(string request)
    {
        var bytes = request.Insert(request.IndexOf("\r\n", StringComparison.Ordinal) + 2, "Host: api\r\nConnection: close\r\n");
        return (await both.SendAsync(both.Ours, bytes), await both.SendAsync(both.Yarps, bytes));
    }
}
