using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>
/// A connection to a destination over which HTTP/1.1 is spoken: one request, its answer, the next request. It says what it hears and judges nothing; a body
/// that is cut off, or what is no HTTP/1.1, is an exception. Used by one request at a time, which may send its body while the answer is being read; only
/// <see cref="Cut"/> and <see cref="HasEnded"/> are for others, too.
/// </summary>
[SuppressMessage("Usage", "CA2213", Justification = "A source without a timer holds nothing, and whoever cuts may come late.")]
internal sealed partial class Http1Connection : IDisposable
{
    /// <summary>Bytes of a head, and of trailers: what HttpClient takes, too.</summary>
    public const int HeadBytesMax = 64 * 1024;

    private const int SmallBytes = 4096, LargeBytes = 64 * 1024;

    private readonly DestinationConnection _stream;
    private readonly CancellationTokenSource _cut = new();
    private readonly byte[] _small = new byte[SmallBytes];
    private byte[] _input;
    private int _start, _end;
    private bool _readsMuch;
    private ValueTask<int> _ahead;
    private bool _readsAhead;

    private BodyKind _body;
    private long _left;

    /// <summary>A timestamp: when it is cut unless something moves; 0 while nothing is under way, and -1 when it is being cut.</summary>
    private long _cutAt;

    private int _cause;

    /// <summary>Begins with a connection that was just made.</summary>
    public Http1Connection(DestinationConnection stream) => (_stream, _input) = (stream, _small);

    /// <summary>The head of the answer.</summary>
    public AnswerHead Head { get; } = new();

    /// <summary>What is to be sent: a head and, behind it, the first bytes of a body.</summary>
    public SendBuffer Output { get; } = new();

    /// <summary>Whether it has served a request before, so that its destination may have ended it just now.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Whether a byte has come since the request began.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether the answer's body is at its end.</summary>
    public bool IsBodyRead => _body == BodyKind.Done;

    /// <summary>Whether bytes of the body are here already.</summary>
    public bool HasBodyBytes => _end > _start;

    /// <summary>What followed a chunked body; null for nothing.</summary>
    public List<AnswerHeader>? Trailers { get; private set; }

    /// <summary>Cancelled when it is cut: for what waits for the caller meanwhile.</summary>
    public CancellationToken CutToken => _cut.Token;

    /// <summary>Why it was cut.</summary>
    public CutCause Cause => (CutCause)Volatile.Read(ref _cause);

    /// <summary>Since when it has nothing to do, as a timestamp.</summary>
    public long RestsSince { get; private set; }

    /// <summary>How long it may have nothing to do, at most: a second less than its destination says that it waits (<c>Keep-Alive: timeout</c>).</summary>
    public TimeSpan RestMax => Head.KeepAlive - TimeSpan.FromSeconds(1) ?? TimeSpan.MaxValue;

    /// <summary>Whether the destination has ended it, or said something that nobody asked for, since it has nothing to do.</summary>
    public bool HasEnded => !_readsAhead || _ahead.IsCompleted;

    /// <summary>Ends it, busy or not; the first cause counts. Whoever reads, writes or waits for the caller hears of it.</summary>
    public void Cut(CutCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)CutCause.None) == (int)CutCause.None)
        {
            _stream.End();
            _cut.Cancel();
        }
    }

    /// <summary>An exchange begins, or something of it has moved: it may rest until then.</summary>
    /// <param name="cutAt">A timestamp.</param>
    public void MayPauseUntil(long cutAt)
    {
        // Another may have said so at the same time, of the other direction: that is as good.
        if (Volatile.Read(ref _cutAt) is not -1 and var before)
        {
            Interlocked.CompareExchange(ref _cutAt, cutAt, before);
        }
    }

    /// <summary>Cuts it where nothing has moved for too long.</summary>
    public void CutIfPausedTooLong(long now)
    {
        var cutAt = Volatile.Read(ref _cutAt);
        if (cutAt > 0 && now >= cutAt && Interlocked.CompareExchange(ref _cutAt, -1, cutAt) == cutAt)
        {
            Cut(CutCause.Idle);
        }
    }

    /// <summary>
    /// The exchange is over. True: the answer was read in full, nothing came behind it and both sides go on, so that the connection may serve another
    /// request, and rests until then.
    /// </summary>
    public bool TryRest(long now)
    {
        if (_body != BodyKind.Done || _start != _end || Head.Closes || RestMax <= TimeSpan.Zero || Interlocked.Exchange(ref _cutAt, 0) == -1 || Cause != CutCause.None)
        {
            return false;
        }

        Rest(now);
        return true;
    }

    /// <summary>Has nothing to do, since a request is over or as nobody waits for it any more. It listens, so that its end is known as soon as it comes.</summary>
    public void Rest(long now)
    {
        (IsReused, HasAnswered, Trailers, RestsSince, _readsMuch, _start, _end) = (true, false, null, now, false, 0, 0);
        ReturnLarge();
        Head.Rest();
        Output.Reset();
        _body = BodyKind.Unknown;
#pragma warning disable CA2012 // Awaited once, by the next exchange, or by nobody if it ends before.
        _ahead = _stream.ReadAsync(_input);
#pragma warning restore CA2012
        _readsAhead = true;
    }

    /// <summary>Sends bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, CancellationToken.None);

    /// <summary>Reads up to the end of the answer's head. What comes before it for information only (1xx) is left out.</summary>
    /// <param name="isHead">Whether the request was a HEAD, whose answers have no body.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadHeadAsync(bool isHead)
    {
        while (true)
        {
            var end = AnswerHead.EndOf(_input.AsSpan(_start.._end));
            if (end >= 0)
            {
                Head.Read(_input.AsSpan(_start, end));
                _start += end;
                if (Head.Status == StatusCodes.Status101SwitchingProtocols)
                {
                    throw new HttpIOException(HttpRequestError.InvalidResponse, "The destination switched protocols, and nobody had asked it to.");
                }

                if (Head.Status >= StatusCodes.Status200OK)
                {
                    break;
                }
            }
            else if (!HasCome(await ReadAsync()))
            {
                throw new HttpIOException(
                    HttpRequestError.ResponseEnded, HasAnswered ? "The answer ended in its head." : "The connection ended before a byte of the answer came.");
            }
        }

        (_body, _left) = Head switch
        {
            _ when isHead || Head.Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified => (BodyKind.Done, 0),
            { IsChunked: true } => (BodyKind.ChunkLine, 0),
            { ContentLength: 0 } => (BodyKind.Done, 0),
            { ContentLength: { } length } => (BodyKind.Length, length),
            _ => (BodyKind.UntilEnd, 0L),
        };
    }

    /// <summary>The next bytes of the body, good until the next call; none at its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        while (_body != BodyKind.Done)
        {
            if (HasBodyBytes && (_body is BodyKind.Length or BodyKind.UntilEnd or BodyKind.ChunkData || ReadChunkLines()))
            {
                return _body == BodyKind.Done ? default : TakeBytes();
            }

            if (!HasCome(await ReadAsync()))
            {
                if (_body != BodyKind.UntilEnd)
                {
                    throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection ended before the answer did.");
                }

                _body = BodyKind.Done;
                Head.EndsConnection();
            }
        }

        return default;
    }

    /// <summary>Whether the rest of the body is here already and was read over, so that the connection can go on without it.</summary>
    public bool TrySkipBody()
    {
        while (_body != BodyKind.Done)
        {
            if (!HasBodyBytes || _body == BodyKind.UntilEnd || (_body is not (BodyKind.Length or BodyKind.ChunkData) && !ReadChunkLines()))
            {
                return false;
            }

            if (_body != BodyKind.Done)
            {
                TakeBytes();
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReturnLarge();
        _stream.Dispose();
    }

    private ReadOnlyMemory<byte> TakeBytes()
    {
        var count = _end - _start;
        if (_body != BodyKind.UntilEnd)
        {
            count = (int)Math.Min(count, _left);
            _left -= count;
            if (_left == 0)
            {
                _body = _body == BodyKind.Length ? BodyKind.Done : BodyKind.ChunkEnd;
            }
        }

        var bytes = _input.AsMemory(_start, count);
        _start += count;
        return bytes;
    }

    private enum BodyKind
    {
        /// <summary>The head has not come.</summary>
        Unknown,
        Done,
        Length,
        UntilEnd,
        ChunkLine,
        ChunkData,
        ChunkEnd,
        Trailers,
    }
}
