using System.Collections.Concurrent;
using System.Net;

namespace ApiAmbassador.WireTests.Clients;

/// <summary>
/// Requests without a pause until it is stopped, none of them cut off by that: GETs and POSTs over HTTP/1.1 and HTTP/2, over kept and over new
/// connections. What is not answered with 200 is kept as a sentence.
/// </summary>
public sealed class SteadyLoad : IAsyncDisposable
{
    private readonly SocketsHttpHandler _kept = new() { UseProxy = false };
    private readonly SocketsHttpHandler _anew = new() { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Uri _address;
    private readonly Task _senders;
    private int _requests;
    private int _posts;

    private SteadyLoad(Uri address, HttpMethod[] methods)
    {
        _address = address;
        _senders = Task.WhenAll(
            from method in methods
            from way in new[] { (_kept, HttpVersion.Version11), (_kept, HttpVersion.Version20), (_anew, HttpVersion.Version11) }
            select SendAsync(way.Item1, way.Item2, method));
    }

    /// <summary>Requests sent so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The POSTs among them; each has a target of its own, <c>/post/NUMBER</c>.</summary>
    public int Posts => Volatile.Read(ref _posts);

    /// <summary>What went wrong.</summary>
    public IReadOnlyList<string> Failures => [.. _failures];

    /// <summary>Begins with GETs and POSTs.</summary>
    public static SteadyLoad Start(Uri address) => new(address, [HttpMethod.Get, HttpMethod.Post]);

    /// <summary>Begins with what may be sent twice: where instances end without a word, nobody can say of a POST whether it was heard.</summary>
    public static SteadyLoad StartIdempotent(Uri address) => new(address, [HttpMethod.Get]);

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

    private Task SendAsync(SocketsHttpHandler handler, Version version, HttpMethod method) => Task.Run(
        async () =>
        {
            using var client = new HttpClient(handler, disposeHandler: false) { BaseAddress = _address, Timeout = Eventually.DefaultDeadline };
            while (!_stop.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(method, "/get") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                if (method == HttpMethod.Post)
                {
                    request.RequestUri = new Uri($"/post/{Interlocked.Increment(ref _posts)}", UriKind.Relative);
                    request.Content = new StringContent("some body");
                }

                await SendOneAsync(client, request);
            }
        },
        CancellationToken.None);

    private async Task SendOneAsync(HttpClient client, HttpRequestMessage request)
    {
        Interlocked.Increment(ref _requests);
        var what = $"{request.Method} over HTTP/{request.Version}";
        try
        {
            using var response = await client.SendAsync(request, CancellationToken.None);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                _failures.Enqueue($"{what}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(CancellationToken.None)}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            _failures.Enqueue($"{what}: {e}");
        }
    }
}
