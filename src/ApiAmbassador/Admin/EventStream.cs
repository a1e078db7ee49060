using System.Text.Json;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Admin;

/// <summary>
/// <c>GET /api/stream</c>: server-sent events. <c>event</c> is one entry of the timeline, as it comes; <c>lost</c> says how many a slow reader
/// has missed; <c>status</c> is the whole status, each second, or as seldom as keeps it to a mebibyte a second. One status is written for all readers together.
/// </summary>
internal sealed class EventStream(Timeline timeline, StatusReader status, TimeProvider time, IHostApplicationLifetime admin)
{
    /// <summary>So many at once; the next one gets 503.</summary>
    public const int StreamsMax = 32;

    private const int StatusBytesPerSecond = 1024 * 1024;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(AdminJson.Options) { WriteIndented = false };

    private readonly Lock _lock = new();
    private byte[] _status = [];
    private long? _statusAt;
    private int _open;

    /// <summary>Streams until the reader leaves or the ambassador stops.</summary>
    /// <param name="context">The request; <c>Last-Event-ID</c> says from where a reader who comes back goes on.</param>
    /// <param name="after">The same, in the query.</param>
    public async Task<IResult> InvokeAsync(HttpContext context, long? after)
    {
        if (Interlocked.Increment(ref _open) > StreamsMax)
        {
            Interlocked.Decrement(ref _open);
            return TypedResults.Problem($"{StreamsMax} streams are open already", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        try
        {
            var from = long.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : after ?? timeline.Last;
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, admin.ApplicationStopping);
            await WriteAsync(context.Response, from, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader left, or we do.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }

        return TypedResults.Empty;
    }

    private async Task WriteAsync(HttpResponse response, long last, CancellationToken cancellation)
    {
        (last, var known, var reader) = timeline.Follow(last);
        using var coming = reader;
        using var ticks = new PeriodicTimer(Tick, time);
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no"; // NGINX before us would keep it.

        foreach (var entry in known)
        {
            last = await WriteAsync(response, entry, last, cancellation);
        }

        var pause = await WriteStatusAsync(response, cancellation);
        var tick = ticks.WaitForNextTickAsync(cancellation).AsTask();
        var more = coming.Entries.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            await response.Body.FlushAsync(cancellation);
            await await Task.WhenAny(tick, more);
            while (coming.Entries.TryRead(out var entry))
            {
                last = await WriteAsync(response, entry, last, cancellation);
            }

            more = more.IsCompleted ? coming.Entries.WaitToReadAsync(cancellation).AsTask() : more;
            if (tick.IsCompleted)
            {
                pause = pause > 0 ? pause - 1 : await WriteStatusAsync(response, cancellation);
                tick = ticks.WaitForNextTickAsync(cancellation).AsTask();
            }
        }
    }

    private static async Task<long> WriteAsync(HttpResponse response, TimelineEntry entry, long last, CancellationToken cancellation)
    {
        if (entry.Sequence > last + 1)
        {
            await response.WriteAsync($"event: lost\ndata: {entry.Sequence - last - 1}\n\n", cancellation);
        }

        await response.WriteAsync($"id: {entry.Sequence}\nevent: event\ndata: {JsonSerializer.Serialize(entry, Json)}\n\n", cancellation);
        return entry.Sequence;
    }

    /// <summary>Writes the status and says how many ticks to leave out now, because thousands of destinations are megabytes.</summary>
    private async Task<int> WriteStatusAsync(HttpResponse response, CancellationToken cancellation)
    {
        var json = Status();
        await response.WriteAsync("event: status\ndata: ", cancellation);
        await response.Body.WriteAsync(json, cancellation);
        await response.WriteAsync("\n\n", cancellation);
        return json.Length / StatusBytesPerSecond;
    }

    /// <summary>Written anew at most twice a second, however many readers there are: thousands of destinations take a while.</summary>
    private byte[] Status()
    {
        lock (_lock)
        {
            if (_statusAt is not { } at || time.GetElapsedTime(at) > Tick / 2)
            {
                _status = JsonSerializer.SerializeToUtf8Bytes(status.Read(), Json);
                _statusAt = time.GetTimestamp();
            }

            return _status;
        }
    }
}
