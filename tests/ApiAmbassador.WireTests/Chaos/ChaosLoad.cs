using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>
/// A steady load of a dozen clients, each with a request at a time and a short pause: GETs, PUTs and POSTs, over kept connections and new ones,
/// HTTP/1.1 and HTTP/2, and slow downloads. It tells of each request what became of it.
/// </summary>
internal sealed class ChaosLoad : IAsyncDisposable
{
    public const string Get = "GET", Put = "PUT", Post = "POST", Download = "download";

    public const string Id = "X-Id", Instance = "X-Instance", DownloadTarget = "/download";

    private const int FailuresMax = 100_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Whoever waits as long as this has been forgotten.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(45);

    private readonly SocketsHttpHandler _kept = new() { UseProxy = false };
    private readonly SocketsHttpHandler _anew = new() { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Answer> _failures = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentDictionary<int, TimeSpan> _lastGood = new();
    private readonly History _history;
    private readonly ReceivedPosts _posts;
    private readonly Task _senders;
    private volatile Uri _target;
    private long _lastId;

    public ChaosLoad(Uri target, History history, ReceivedPosts posts)
    {
        (_target, _history, _posts) = (target, history, posts);
        (string Kind, SocketsHttpHandler Handler, Version Version)[] clients =
        [
            (Get, _kept, HttpVersion.Version11), (Get, _kept, HttpVersion.Version11), (Get, _kept, HttpVersion.Version20), (Get, _anew, HttpVersion.Version11),
            (Put, _kept, HttpVersion.Version11), (Put, _anew, HttpVersion.Version11),
            (Post, _kept, HttpVersion.Version11), (Post, _kept, HttpVersion.Version20), (Post, _anew, HttpVersion.Version11),
            (Download, _kept, HttpVersion.Version11), (Download, _kept, HttpVersion.Version20), (Download, _anew, HttpVersion.Version11),
        ];
        _senders = Task.WhenAll(clients.Select(client => Task.Run(() => SendAsync(client.Kind, client.Handler, client.Version))));
    }

    /// <summary>Where new requests go.</summary>
    public Uri Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>What did not end well, and what took long.</summary>
    public IReadOnlyCollection<Answer> Failures => _failures;

    public long Requests => Volatile.Read(ref _lastId);

    /// <summary>How many ended in which way.</summary>
    public IEnumerable<string> Counts => _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key}: {count.Value}");

    /// <summary>When an instance last answered well.</summary>
    public TimeSpan LastGood(int instance) => _lastGood.GetValueOrDefault(instance);

    /// <summary>Ends it, and waits for the answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _senders;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _kept.Dispose();
        _anew.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(string kind, SocketsHttpHandler handler, Version version)
    {
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        while (!_stop.IsCancellationRequested)
        {
            var id = Interlocked.Increment(ref _lastId);
            using var request = new HttpRequestMessage(kind == Download ? HttpMethod.Get : new HttpMethod(kind), new Uri(_target, kind == Download ? DownloadTarget : "/"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Headers = { { Id, $"{id}" } },
                Content = kind is Post or Put ? new ByteArrayContent(new byte[1000]) : null,
            };
            Keep(await SendAsync(client, request, kind, id));
            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Answer> SendAsync(HttpClient client, HttpRequestMessage request, string kind, long id)
    {
        using var forgotten = new CancellationTokenSource(Forgotten);
        var begin = _history.Now;
        HttpResponseMessage? response = null;
        var headersAt = TimeSpan.MaxValue;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, forgotten.Token);
            headersAt = _history.Now;
            var body = await response.Content.ReadAsByteArrayAsync(forgotten.Token);
            var (outcome, told) = Read(response, body, kind, id);
            return new Answer(id, kind, begin, headersAt, _history.Now, outcome, InstanceOf(response), told);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            var outcome = e is not OperationCanceledException && (response is not null || IsReset(e)) ? Outcome.Cut : Outcome.Lost;
            var now = _history.Now;
            return new Answer(id, kind, begin, response is null ? now : headersAt, now, outcome, response is null ? null : InstanceOf(response), $"{e.GetType().Name}: {e.GetBaseException().Message}");
        }
        finally
        {
            response?.Dispose();
        }
    }

    private (Outcome Outcome, string Told) Read(HttpResponseMessage response, byte[] body, string kind, long id)
    {
        var status = (int)response.StatusCode;
        if (InstanceOf(response) is { } instance)
        {
            var isRight = status != 200 || (kind == Download ? IsDownload(body) : body.AsSpan().SequenceEqual(Text(instance, id)))
                && (kind != Post || _posts.By(id) == instance);
            return (isRight ? status == 200 ? Outcome.Good : Outcome.InstanceError : Outcome.Wrong, $"{status}");
        }

        return response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? (Outcome.Problem, $"{status} {(string?)JsonNode.Parse(body)?["reason"]}")
            : (Outcome.Wrong, $"{response}".ReplaceLineEndings(" "));
    }

    /// <summary>A reset of the connection throws away what the client has not read yet, the beginning of the answer too.</summary>
    private static bool IsReset(Exception e) => e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionReset } or HttpProtocolException;

    private static byte[] Text(int instance, long id) => Encoding.UTF8.GetBytes($"{ChaosInstance.NameOf(instance)} {id}");

    private static bool IsDownload(byte[] body) =>
        body.Length == ChaosInstance.Pieces * ChaosInstance.PieceBytes
        && Enumerable.Range(0, ChaosInstance.Pieces).All(i =>
            body.AsSpan(i * ChaosInstance.PieceBytes, ChaosInstance.PieceBytes).SequenceEqual(ChaosInstance.Piece(i).Span));

    private static int? InstanceOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(Instance, out var values) ? int.Parse(values.Single()) : null;

    private void Keep(Answer answer)
    {
        _counts.AddOrUpdate(
            $"{answer.Kind} {answer.Outcome}{(answer.Outcome is Outcome.Problem or Outcome.InstanceError ? $" {answer.Told}" : "")}", 1, (_, count) => count + 1);
        if (answer is { Outcome: Outcome.Good, Instance: { } instance })
        {
            _lastGood[instance] = answer.End;
        }

        if ((answer.Outcome != Outcome.Good || answer.HeadersAt - answer.Begin > ChaosModel.Total) && _failures.Count < FailuresMax)
        {
            _failures.Enqueue(answer);
        }
    }
}
