using System.Buffers;
using System.Globalization;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>Reads a body and reports every stretch of it, so that a test can see a body arrive while it is still being sent.</summary>
internal sealed class RequestBodyReader(SocketReader reader, ReceivedRequest request, Action<ReceivedRequest> report)
{
    /// <summary>How much of a body is kept; the rest is counted only.</summary>
    public const int RecordedBytes = 1024 * 1024;

    // Its written memory never changes behind a snapshot: it grows beyond it, or moves to a larger array.
    private readonly ArrayBufferWriter<byte> _recorded = new();
    private ReceivedRequest _request = request;

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="EndOfStreamException">The client closed before the end of the body.</exception>
    /// <exception cref="InvalidDataException">The chunk framing is broken.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (_request.IsChunked)
        {
            await ReadChunksAsync(cancellationToken);
        }
        else
        {
            await ReadBytesAsync(_request.ContentLength, cancellationToken);
        }

        Report(_request with { BodyComplete = true });
    }

    private async Task ReadChunksAsync(CancellationToken cancellationToken)
    {
        while (await ReadChunkSizeAsync(cancellationToken) is var size && size > 0)
        {
            await ReadBytesAsync(size, cancellationToken);
            if (await reader.ReadLineAsync(cancellationToken) is var end && end != "")
            {
                throw end is null ? ClosedEarly() : new InvalidDataException($"A chunk is longer than it says: {end}");
            }
        }

        _request = _request with { Trailers = await RequestHeadReader.ReadHeadersAsync(reader, cancellationToken) };
    }

    private async Task<long> ReadChunkSizeAsync(CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken) ?? throw ClosedEarly();
        var digits = line.Split(';')[0];
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) && size >= 0
            ? size
            : throw new InvalidDataException($"Not a chunk size: {line}");
    }

    private async Task ReadBytesAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var bytes = await reader.ReadAsync(count, cancellationToken);
            if (bytes.IsEmpty)
            {
                throw ClosedEarly();
            }

            count -= bytes.Length;
            _recorded.Write(bytes.Span[..Math.Min(bytes.Length, RecordedBytes - _recorded.WrittenCount)]);
            Report(_request with { Body = _recorded.WrittenMemory, BodyLength = _request.BodyLength + bytes.Length });
        }
    }

    private void Report(ReceivedRequest request)
    {
        _request = request;
        report(request);
    }

    private static EndOfStreamException ClosedEarly() => new("The client closed in the middle of a body.");
}
